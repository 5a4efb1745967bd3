#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "mailhaul/formats/archive/archive.hpp"
#include "mailhaul/formats/context.hpp"
#include "mailhaul/formats/maildir/maildir.hpp"
#include "mailhaul/store/source.hpp"

namespace mailhaul::formats::archive {

/// The Maildir++ at a directory below the archive's root, whatever is in it: one mailbox without a name. Messages come
/// in storage order, a hard link's content is that of the member it links to. Options are as for a live tree.
///
/// A damaged archive gives what is whole in it, and its folders never held still (D11): what is missing is no evidence,
/// and the run says that it is to be run again.
[[nodiscard]] std::unique_ptr<store::MessageSource>
open_maildir(Context& context, std::shared_ptr<const Archive> archive, const std::string& path,
             const maildir::TreeOptions& options, store::StoreId identity);

/// Whether a path ends in the name of a file that such a source asks for: for Options::keep.
[[nodiscard]] bool is_maildir_control_file(std::string_view path);

}  // namespace mailhaul::formats::archive
