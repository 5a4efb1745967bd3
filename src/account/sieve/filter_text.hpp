#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "account/sieve/sieve_text.hpp"
#include "mailhaul/account/sieve/script.hpp"
#include "mailhaul/store/account_settings.hpp"

namespace mailhaul::account::sieve {

/// Filters as they stand in a script, and what there is to tell of them.
struct FilterText {
  std::string text{};
  Needs needs{};
  std::vector<std::string> differences{};     ///< with the name of the filter
  std::vector<std::string> to_do{};           ///< about them
  std::vector<std::string> refusals{};        ///< the filters that are there as comments alone, and why
  std::size_t carried = 0;                    ///< that are switched on and done
  std::vector<std::string> refusing_tests{};  ///< of those that refuse the message
  Needs refusing_needs{};
  unsigned redirects = 0;
  bool asks_delivered = false;  ///< something hangs on whether an earlier filter delivered
  bool delivers_and_goes_on = false;
};

/// Translates filters one list after the other, in the order in which they are done.
class FilterWriter {
 public:
  /// `marks_delivered`: a filter that delivers says so to what comes behind it.
  FilterWriter(const MailboxRules& rules, const Options& options, bool marks_delivered)
      : rules_(rules), options_(options), marks_delivered_(marks_delivered) {}

  [[nodiscard]] FilterText write(const std::vector<store::Filter>& filters);

 private:
  void write_one(const store::Filter& filter, FilterText& out);

  const MailboxRules& rules_;
  const Options& options_;
  bool marks_delivered_;
  bool may_be_delivered_ = false;  ///< by a filter before, which goes on
};

}  // namespace mailhaul::account::sieve
