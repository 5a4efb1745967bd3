#include <map>
#include <utility>

#include "account/text/result.hpp"
#include "account/text/text_target.hpp"
#include "mailhaul/account/json/settings.hpp"
#include "mailhaul/account/text_targets.hpp"

namespace mailhaul::account {
namespace {

using store::SettingKind;

constexpr std::uint64_t limit_octets = 256U << 20U;

class JsonTarget final : public TextTarget {
 public:
  JsonTarget(EditedFiles files, std::string name, AccountFacts facts, bool is_dry)
      : TextTarget(std::move(files), is_dry), name_(std::move(name)), facts_(std::move(facts)) {}

  /// What is in files stays there: a bundle has values alone.
  [[nodiscard]] bool concerns(SettingKind kind) const override { return kind != SettingKind::file; }

 protected:
  std::vector<store::Setting> parse(EditedFiles& files) override { return bundle(files).settings; }

  void edit(EditedFiles& files, std::span<const store::SettingChange> changes,
            std::vector<store::SettingResult>& results) override {
    std::map<store::SettingId, store::SettingValue> settings;
    for (store::Setting& setting : parse(files)) settings.emplace(setting.id, std::move(setting.value));
    std::set<std::size_t> numbers;
    for (std::size_t i = 0; i < changes.size(); ++i) {
      numbers.insert(i);
      if (!changes[i].value)
        settings.erase(changes[i].id);
      else
        settings.insert_or_assign(changes[i].id, *changes[i].value);
      results[i] = result_of(changes[i]);
    }
    json::Bundle after{facts_.user, {}};
    for (auto& [id, value] : settings) after.settings.push_back({id, std::move(value)});
    files.plan(name_, json::to_bundle(after), numbers);
  }

 private:
  /// A bundle that has the path of a list alone is not all of its forwarder.
  static store::SettingResult result_of(const store::SettingChange& change) {
    if (const auto* const forwarder = change.value ? std::get_if<store::Forwarder>(&*change.value) : nullptr)
      for (const auto& [path, list] : forwarder->lists)
        if (!list.why_not.empty())
          return approximated("its list " + path + " is a path here and no more: " + list.why_not,
                              "bring the file, or put its addresses into the forwarder");
    return written();
  }
  json::Bundle bundle(EditedFiles& files) const {
    const auto text = files.text(name_, limit_octets);
    if (!text) return {};
    json::Bundle bundle = json::from_bundle(*text);
    if (!facts_.has_all_domains && bundle.user != facts_.user)
      throw Error(Cause::refused, Scope::run, "writing settings as JSON")
          .at(name_)
          .because("it holds the settings of another account: " + bundle.user)
          .hint("give each account a file of its own");
    return bundle;
  }

  std::string name_;
  AccountFacts facts_;
};

}  // namespace

std::unique_ptr<store::AccountTarget> open_json_target(const TextPlace& place, const std::string& name,
                                                       AccountFacts facts, const TextTargetOptions& options) {
  EditedFiles files(place.directory, place.path + "/", EditedFiles::Missing::is_refused,
                    [owner = options.owner](const std::string& /*path*/) {
                      return FileStyle{{owner, 0600, 0700}, false, true};
                    });
  return std::make_unique<JsonTarget>(std::move(files), name, std::move(facts), options.is_dry);
}

}  // namespace mailhaul::account
