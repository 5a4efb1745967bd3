#include "account/cpanel/delivery_writer.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>
#include <variant>

#include "account/cpanel/filters.hpp"
#include "account/cpanel/responder.hpp"
#include "account/cpanel/spam.hpp"
#include "mailhaul/store/exim_words.hpp"

namespace mailhaul::account::cpanel {
namespace {

using store::SettingResult;

std::optional<std::string> unless_empty(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(text);
}

std::string what_to_check(const store::Filters& filters) {
  const auto starts_program = [](const store::Filter& filter) {
    return std::any_of(filter.actions.begin(), filter.actions.end(),
                       [](const store::FilterAction& action) { return action.action == "pipe"; });
  };
  return std::any_of(filters.list.begin(), filters.list.end(), starts_program)
             ? "a filter starts a program: look whether it is there"
             : "";
}

SettingResult no_filter() {
  return not_carried("what should be done by the filters is no Exim filter", "make the filters anew in the panel");
}

}  // namespace

void DeliveryWriter::plan_home(const std::string& path, std::optional<std::string> text, std::size_t number) {
  const bool is_there = target_.home.text(path, control_file_limit).has_value();
  if (is_there || text) target_.home.plan(path, std::move(text), number);
}

SettingResult DeliveryWriter::responder(const NumberedChange& change) {
  const Address address = require_mailbox(change.change.id.owner);
  const std::string path = ".autorespond/" + address.local_part + '@' + address.domain;
  const auto* const wanted = change.change.value ? std::get_if<store::Responder>(&*change.change.value) : nullptr;
  ResponderFiles files;
  if (wanted != nullptr) files = responder_files(*wanted);
  plan_home(path, std::move(files.text), change.number);
  // An older schedule is asked for only where there is none in JSON.
  for (const char* const ending : {".conf", ".yaml"})
    if (!files.json) plan_home(path + ending, std::nullopt, change.number);
  plan_home(path + ".json", std::move(files.json), change.number);
  if (wanted == nullptr) return written();
  // The line that leads mail to it is a forwarder's, which is carried, or is the target's own, by itself.
  const bool is_led = aliases_.is_led_to_responder(address);
  if (wanted->is_active == is_led) return written();
  if (is_led)
    return approximated("it is off at the source, but mail is led to it here",
                        "if it shall not answer, take it away in the panel");
  return approximated("it is written, but no mail is led to it", "save it once in the panel, under Autoresponders");
}

SettingResult DeliveryWriter::filters_of_mailbox(const Address& mailbox, const store::Filters& wanted,
                                                 std::size_t number) {
  const std::string path = "etc/" + mailbox.domain + '/' + mailbox.local_part + "/filter";
  if (!wanted.exim.empty() && !store::is_exim_filter(wanted.exim)) return no_filter();
  // That new messages are refused stands in the same file and is another setting.
  const bool is_blocked = blocks_incoming(target_.home.text(path, control_file_limit).value_or(""));
  const std::optional<std::string> exim = with_incoming_block(wanted.exim, is_blocked);
  if (!exim) return no_filter();
  plan_home(path, unless_empty(*exim), number);
  plan_home(path + ".yaml", unless_empty(wanted.yaml), number);
  return written(what_to_check(wanted));
}

SettingResult DeliveryWriter::filters_of_account(const store::Filters& wanted, std::size_t number) {
  if (!wanted.exim.empty() && !store::is_exim_filter(wanted.exim)) return no_filter();
  plan_home(".cpanel/filter.yaml", unless_empty(wanted.yaml), number);
  if (target_.server == nullptr || target_.domains.empty())
    return wanted.exim.empty() ? written()
                               : approximated("they are there for editing, but not done",
                                              "save them once in the panel, under Global Email Filters");
  for (const std::string& domain : target_.domains) {
    const std::string path = target_.places.domain_filter(domain);
    const bool is_there = target_.server->text(path, control_file_limit).has_value();
    // Readers expect the file, be it empty.
    if (is_there || !wanted.exim.empty()) target_.server->plan(path, wanted.exim, number);
  }
  return written(what_to_check(wanted));
}

SettingResult DeliveryWriter::filters(const NumberedChange& change) {
  store::Filters wanted;
  if (change.change.value) wanted = std::get<store::Filters>(*change.change.value);
  if (change.change.id.owner.empty()) return filters_of_account(wanted, change.number);
  return filters_of_mailbox(require_mailbox(change.change.id.owner), wanted, change.number);
}

SettingResult DeliveryWriter::spam(const NumberedChange& change) {
  store::Spam wanted;
  if (change.change.value) wanted = std::get<store::Spam>(*change.change.value);
  const std::set<std::string> switches = spam_files(wanted);
  for (const SpamFlagFile& file : spam_flag_files) {
    const std::string name(file.name);
    // It is its being there that counts: what is in one stays.
    const std::optional<std::string> text = target_.home.text(name, control_file_limit);
    const bool is_on = switches.count(name) != 0;
    if (is_on != text.has_value()) plan_home(name, is_on ? std::optional(std::string()) : std::nullopt, change.number);
  }
  plan_home(std::string(spam_preferences_file), unless_empty(wanted.preferences), change.number);
  return written();
}

}  // namespace mailhaul::account::cpanel
