#include "formats/archive/indexer.hpp"

#include <utility>
#include <vector>

namespace mailhaul::formats::archive {
namespace {

class Indexer {
 public:
  Indexer(Pass& pass, const Options& options, const std::string& place, Side side, Findings& findings)
      : pass_(pass), options_(options), place_(place), side_(side), oddities_(findings) {}

  Indexed run() {
    while (pass_.next()) take();
    settle_damage();
    for (const std::uint32_t number : pass_.cut()) {
      out_.index.drop(number);
      out_.kept.erase(number);
    }
    out_.index.finish();
    out_.index.find_root(options_.root_marks);
    refuse_others();
    if (pass_.has_more_behind())
      oddities_.add(FindingKind::ignored_file, Weight::failed, place_,
                    "there is more behind the archive's end mark: not read (were two archives joined?)");
    look_for_namesakes(Index::top);
    oddities_.finish();
    return std::move(out_);
  }

 private:
  void take() {
    const Head& head = pass_.head();
    if (out_.index.size() >= options_.limits.most_members) throw too_many(options_.limits.most_members, " members");
    const std::vector<std::string_view>& components = pass_.components();
    if (pass_.fault() != NameFault::none) {
      out_.index.add({}, head, 0);
      oddities_.add(FindingKind::odd_name, Weight::note, std::string(head.name),
                    std::string(reason_of(pass_.fault())) + ": the member is not read");
      return;
    }
    out_.index.add(components, head, pass_.data_at());
    // A name of few octets may need many of them.
    if (out_.index.directories() > options_.limits.most_directories)
      throw too_many(options_.limits.most_directories, " directories");
    if (components.empty()) return;  // the root itself
    last_name_ = head.name;
    switch (head.kind) {
    case MemberKind::special:
      oddities_.add(FindingKind::special_file, Weight::note, last_name_, "a FIFO or a device: not made");
      break;
    case MemberKind::hard_link: take_hard_link(); break;
    case MemberKind::file: keep_if_wanted(components, head); break;
    default: break;
    }
  }

  [[nodiscard]] Error too_many(std::uint32_t limit, const char* what) const {
    return Error(Cause::limit, Scope::run, "reading an archive")
        .at(place_)
        .because("it has more than " + std::to_string(limit) + what)
        .on(side_);
  }

  void take_hard_link() {
    if (const NameFault fault = pass_.split_target(target_); fault != NameFault::none)
      oddities_.add(FindingKind::odd_name, Weight::note, last_name_,
                    "a hard link to " + std::string(reason_of(fault)) + ": not read");
    else if (!target_.empty())
      out_.index.set_target(target_);
  }

  void keep_if_wanted(const std::vector<std::string_view>& components, const Head& head) {
    if (!options_.keep || head.is_hollow || head.size_octets > options_.limits.largest_kept) return;
    if (kept_octets_ + head.size_octets > options_.limits.most_kept || !is_wanted(components)) return;
    std::string octets;
    octets.reserve(static_cast<std::size_t>(head.size_octets));
    const std::uint32_t number = pass_.number();
    try {
      for (Bytes piece = pass_.read(); !piece.empty(); piece = pass_.read()) octets += as_text(piece);
    } catch (const Error&) {
      return;  // the pass knows
    }
    kept_octets_ += octets.size();
    out_.kept.emplace(number, std::move(octets));
  }

  /// Where the root is nobody knows yet: at the top or one level below.
  bool is_wanted(const std::vector<std::string_view>& components) {
    path_.clear();
    for (const std::string_view component : components) {
      if (!path_.empty()) path_ += '/';
      path_ += component;
    }
    if (options_.keep(path_)) return true;
    return components.size() > 1 && options_.keep(std::string_view(path_).substr(components.front().size() + 1));
  }

  void settle_damage() {
    const auto& damage = pass_.damage();
    if (!damage) return;
    if (out_.index.size() == 0) throw Error(*damage);
    std::string reason = damage->reason();
    reason += last_name_.empty() ? "" : "; the last member that could be seen is " + last_name_;
    if (!pass_.cut().empty()) reason += ", which is not whole";
    out_.damage = Error(damage->cause(), Scope::mailbox, "reading an archive")
                      .at(place_)
                      .because(reason)
                      .hint("what stands before that is read; make or fetch the archive again for the rest")
                      .on(side_);
  }

  void refuse_others() {
    const auto directory = out_.index.find_directory(options_.one_owner.below);
    if (!directory) return;
    for (const std::string& path : options_.one_owner.told_by) {
      const auto number = out_.index.find(path);
      if (!number) continue;
      // Packed again by root all may be root's.
      if (const std::int64_t owner = out_.index.owner_of(*number); owner != 0)
        out_.index.refuse_others(*directory, owner);
      return;
    }
  }

  /// One name twice, unless both are directories.
  void look_for_namesakes(Index::DirectoryNumber directory) {
    std::vector<Index::DirectoryNumber> todo{directory};
    while (!todo.empty()) {
      const Index::DirectoryNumber at = todo.back();
      todo.pop_back();
      std::optional<Member> before;
      for (const std::uint32_t number : out_.index.members_in(at)) {
        const Member member = out_.index.member(number);
        const bool is_twice = before && before->name == member.name;
        if (is_twice && (before->kind != MemberKind::directory || member.kind != MemberKind::directory))
          oddities_.add(FindingKind::duplicate_name, Weight::note, out_.index.path_of(number),
                        "the archive has it more than once: as mail each is a message, of other files the last one "
                        "counts");
        before = member;
      }
      for (const Index::DirectoryNumber child : out_.index.directories_in(at)) todo.push_back(child);
    }
  }

  Pass& pass_;
  const Options& options_;
  const std::string& place_;
  Side side_;
  Oddities oddities_;
  Indexed out_{};
  std::uint64_t kept_octets_ = 0;
  std::string last_name_{};
  std::string path_{};
  std::vector<std::string_view> target_{};
};

}  // namespace

Indexed index_members(Pass& pass, const Options& options, const std::string& place, Side side, Findings& findings) {
  return Indexer(pass, options, place, side, findings).run();
}

}  // namespace mailhaul::formats::archive
