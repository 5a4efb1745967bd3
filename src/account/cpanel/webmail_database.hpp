#pragma once

#include <functional>
#include <set>
#include <string>

#include "account/cpanel/clean_database.hpp"
#include "mailhaul/base/clock.hpp"
#include "mailhaul/io/tree.hpp"

namespace mailhaul::account::cpanel {

/// What is done with the databases of a home, one after the other in whatever order they come.
struct DatabaseVisitor {
  std::function<void(const std::string& path, CleanDatabase& database)> take{};
  /// Of scope message, with its place: this one is not carried, the others are.
  std::function<void(const std::string& path, const Error& error)> fail{};
};

/// Each of these SQLite databases (HomePathKind::database), with the log that lies beside it, as one clean file.
///
/// SQLite opens nothing of the home: files are copied to the room first, and are what the server had at one moment, or
/// read again, three times in all. Most come in one visit() of the tree. Memory and room are those of one database at a
/// time, and of those whose parts lie apart in an archive. `renaming` may be null. Throws what is of scope run, but for
/// a room that is full: that is said of the database.
void visit_databases(io::Tree& home, const std::set<std::string>& paths, const ScratchRoom& room, const Clock& clock,
                     const store::Renaming* renaming, const DatabaseVisitor& visitor);

}  // namespace mailhaul::account::cpanel
