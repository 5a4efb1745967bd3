#include "rewrite_plan.hpp"

#include <algorithm>
#include <utility>

#include "base_names.hpp"
#include "flag_lines.hpp"
#include "message_flags.hpp"
#include "wanted_flags.hpp"

namespace mailhaul::formats::mbox {
namespace {

using Outcome = store::Receipt::Outcome;

class Planner {
 public:
  Planner(std::span<const MessageChange> changes, std::vector<std::size_t> asked, const RewrittenBy& by)
      : changes_(changes), asked_(std::move(asked)), by_(by) {
    std::stable_sort(asked_.begin(), asked_.end(),
                     [&](std::size_t a, std::size_t b) { return *changes_[a].offset < *changes_[b].offset; });
    plan_.outcomes.assign(changes_.size(), Outcome::gone_or_changed);
  }

  RewritePlan walk(Splitter& splitter, std::uint64_t size_octets) {
    while (splitter.next()) {
      end_message(splitter.mark().offset);
      begin_message(splitter);
      length_holds_ = splitter.length_holds();
    }
    end_message(size_octets);
    settle_base(splitter.rules().begin);
    sort_edits(plan_.edits);
    plan_.size_octets = size_octets + static_cast<std::uint64_t>(growth_of(plan_.edits));
    plan_.begins_with_pseudo = needs_pseudo_;
    return std::move(plan_);
  }

 private:
  void begin_message(const Splitter& splitter) {
    const std::string_view header = splitter.header();
    const std::uint64_t header_at = splitter.body_offset() - header.size();
    begin_ = splitter.mark().offset;
    is_open_ = true;
    is_expunged_ = false;
    edits_.clear();
    const bool is_first = std::exchange(is_first_, false);
    if (is_first) base_.take_from(header, header_at);
    TextEdits flag_edits;
    if (is_asked_for() && !(is_first && base_.is_pseudo())) flag_edits = change(splitter);
    if (is_expunged_) return;
    if (survivors_++ == 0 && !is_first) become_first(header);
    edits_.insert(edits_.end(), std::make_move_iterator(flag_edits.begin()), std::make_move_iterator(flag_edits.end()));
    for (TextEdit& edit : edits_) edit.at += header_at;
  }

  void end_message(std::uint64_t end) {
    if (!std::exchange(is_open_, false)) return;
    if (is_expunged_) {
      TextEdits& all = plan_.edits;
      if (!all.empty() && all.back().text.empty() && all.back().at + all.back().length == begin_)
        all.back().length += end - begin_;
      else
        all.push_back({begin_, end - begin_, {}});
      return;
    }
    const std::uint64_t octets = end - begin_ + static_cast<std::uint64_t>(growth_of(edits_));
    plan_.shape.add(survivors_ > 1 ? octets : 0, length_holds_);  // names may still come to a base in the first
    plan_.edits.insert(plan_.edits.end(), std::make_move_iterator(edits_.begin()),
                       std::make_move_iterator(edits_.end()));
  }

  [[nodiscard]] bool is_asked_for() {
    while (next_ < asked_.size() && *changes_[asked_[next_]].offset < begin_) ++next_;
    return next_ < asked_.size() && *changes_[asked_[next_]].offset == begin_;
  }

  /// All that is asked of the message, in that order.
  [[nodiscard]] TextEdits change(const Splitter& splitter) {
    const std::string_view header = splitter.header();
    const auto mozilla = mozilla_status_of(splitter.mark(), header);
    if (mozilla && mozilla->expunged) return {};  // no mail
    const MessageFlags now = flags_of(mail::parse_store_headers(header), mozilla);
    const FlagLines lines(header);
    WantedFlags wanted(now, mozilla, lines.keyword_names(), base_);
    std::vector<std::size_t> done;
    for (; next_ < asked_.size() && *changes_[asked_[next_]].offset == begin_; ++next_) {
      if (is_expunged_) continue;
      const std::size_t index = asked_[next_];
      Outcome& outcome = plan_.outcomes[index];
      if (const auto* const seen = std::get_if<store::AsSeen>(&changes_[index].what)) {
        if (!(wanted.flags() == MessageFlags{seen->flags, seen->keywords})) continue;
        outcome = Outcome::done;
        is_expunged_ = true;
      } else if (wanted.apply(std::get<store::FlagChange>(changes_[index].what))) {
        outcome = Outcome::done;
        done.push_back(index);
      } else {
        outcome = Outcome::unchanged;
      }
    }
    if (is_expunged_) return {};
    if (wanted.lost_keywords()) ++plan_.lost_keywords;
    if (wanted.lost_mozilla()) ++plan_.lost_mozilla;
    if (wanted.flags() == now) return {};
    auto edits = splitter.header_is_whole() ? lines.change(now, wanted.flags()) : std::nullopt;
    if (!edits) {
      ++plan_.lost_lines;
      for (const std::size_t index : done) plan_.outcomes[index] = Outcome::unchanged;
      return {};
    }
    base_.add(wanted.flags().keywords);
    return std::move(*edits);
  }

  void become_first(std::string_view header) {
    const FlagLines lines(header);
    line_end_ = lines.line_end();
    auto edits = lines.become_first(base_.line(line_end_));
    if (!edits) {
      needs_pseudo_ = true;
      return;
    }
    edits_ = std::move(*edits);
    if (base_.is_there()) moved_base_ = plan_.edits.size();  // the first of them
  }

  /// Now that it is known which names came to it.
  void settle_base(std::uint64_t file_begin) {
    if (!base_.is_there()) return;
    if (survivors_ == 0) needs_pseudo_ = true;
    if (needs_pseudo_)
      plan_.edits.insert(plan_.edits.begin(), {file_begin, 0, base_.as_pseudo_message(by_.host, by_.now)});
    else if (moved_base_)
      plan_.edits[*moved_base_].text = base_.line(line_end_);
    else if (auto edit = base_.names_edit())
      plan_.edits.push_back(std::move(*edit));
  }

  std::span<const MessageChange> changes_;
  std::vector<std::size_t> asked_;  ///< ascending by offset
  std::size_t next_ = 0;
  const RewrittenBy& by_;
  RewritePlan plan_{};
  BaseNames base_{};
  std::uint64_t survivors_ = 0;
  bool is_first_ = true;
  bool needs_pseudo_ = false;
  std::optional<std::size_t> moved_base_{};  ///< in plan_.edits
  std::string_view line_end_ = "\n";         ///< where it goes

  // of the message where the walk is
  bool is_open_ = false;
  bool is_expunged_ = false;
  bool length_holds_ = false;
  std::uint64_t begin_ = 0;
  TextEdits edits_{};
};

/// Those that are still to come, up to `end`.
void add_messages(Splitter& splitter, std::uint64_t end, bool& is_first, Shape& shape) {
  for (bool is_there = splitter.next(); is_there;) {
    const std::uint64_t begin = splitter.mark().offset;
    const bool length_holds = splitter.length_holds();
    is_there = splitter.next();
    const std::uint64_t octets = (is_there ? splitter.mark().offset : end) - begin;
    shape.add(std::exchange(is_first, false) ? 0 : octets, length_holds);
  }
}

}  // namespace

void Shape::add(std::uint64_t message_octets, bool length_holds) {
  constexpr std::uint64_t prime = 1099511628211U;
  ++messages_;
  digest_ = (digest_ ^ (message_octets * 2 + (length_holds ? 1 : 0))) * prime;
  digest_ ^= digest_ >> 32U;
}

bool RewritePlan::is_in(const fs::File& file, Side side, const SplitRules& rules) const {
  const std::uint64_t size = file.status_now().size_octets;
  if (size != size_octets) return false;
  Splitter splitter(file, side, size, default_block_octets, rules);
  if (begins_with_pseudo && !splitter.next()) return false;
  Shape found;
  bool is_first = true;
  add_messages(splitter, size, is_first, found);
  return found == shape;
}

RewritePlan plan_rewrite(const fs::File& file, Side side, const SplitRules& rules, const RewrittenBy& by,
                         std::span<const MessageChange> changes, std::vector<std::size_t> asked) {
  const std::uint64_t size = file.status_now().size_octets;
  Splitter splitter(file, side, size, default_block_octets, rules);
  return Planner(changes, std::move(asked), by).walk(splitter, size);
}

RewritePlan plan_cut(const fs::File& file, Side side, const SplitRules& rules, std::uint64_t begin, std::uint64_t end) {
  const std::uint64_t size = file.status_now().size_octets;
  RewritePlan plan;
  plan.edits.push_back({begin, end - begin, {}});
  plan.size_octets = size - (end - begin);
  bool is_first = true;
  Splitter before(file, side, begin, default_block_octets, rules);
  add_messages(before, begin, is_first, plan.shape);
  SplitRules behind_rules = rules;
  behind_rules.begin = end;
  Splitter behind(file, side, size, default_block_octets, behind_rules);
  add_messages(behind, size, is_first, plan.shape);
  return plan;
}

}  // namespace mailhaul::formats::mbox
