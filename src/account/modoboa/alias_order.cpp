#include "account/modoboa/alias_order.hpp"

#include <algorithm>
#include <cstddef>

// The importer takes a recipient only when it is there, so that in a circle one must be written without another. Which
// one is not indifferent: an alias that is written before the only one it leads to has no recipient, and is lost, and
// with it what leads to it. So each has a rank, by how many steps it is to an end: a circle is opened before the
// one of its members that is next to an end, since its own way there is by one of a lower rank, or by none.

namespace mailhaul::account::modoboa {
namespace {

class Order {
 public:
  explicit Order(const std::map<std::string, AliasWays>& aliases) {
    std::map<std::string, std::size_t> numbers;
    for (const auto& [name, ways] : aliases) {
      numbers.emplace(name, names_.size());
      names_.push_back(name);
    }
    nodes_.resize(names_.size());
    std::vector<std::size_t> reached;
    for (const auto& [name, number] : numbers) {
      const AliasWays& ways = aliases.at(name);
      for (const std::string& to : ways.aliases) {
        const std::size_t next = numbers.at(to);
        nodes_[number].next.push_back(next);
        nodes_[next].backward.push_back(number);
      }
      nodes_[number].rank = ways.has_end ? 0 : names_.size();
      if (ways.has_end) reached.push_back(number);
    }
    for (std::size_t i = 0; i < reached.size(); ++i)
      for (const std::size_t before : nodes_[reached[i]].backward) {
        if (nodes_[before].rank != names_.size()) continue;
        nodes_[before].rank = nodes_[reached[i]].rank + 1;
        reached.push_back(before);
      }
  }

  std::vector<std::string> run() {
    for (std::size_t i = 0; i < nodes_.size(); ++i) write_with_what_it_leads_to(i);
    return std::move(out_);
  }

 private:
  enum class State { waiting, on_path, written };
  struct Node {
    std::vector<std::size_t> next{};
    std::vector<std::size_t> backward{};
    std::size_t rank = 0;   ///< steps to an end; as many as there are aliases: it has none
    std::size_t asked = 0;  ///< of `next`, how many need not be waited for any more
    State state = State::waiting;
  };

  void write_with_what_it_leads_to(std::size_t first) {
    std::vector<std::size_t> path;
    const auto enter = [&](std::size_t number) {
      nodes_[number].state = State::on_path;
      path.push_back(number);
    };
    if (nodes_[first].state == State::waiting) enter(first);
    while (!path.empty()) {
      Node& last = nodes_[path.back()];
      if (last.asked == last.next.size()) {
        last.state = State::written;
        out_.push_back(names_[path.back()]);
        path.pop_back();
        continue;
      }
      const std::size_t next = last.next[last.asked];
      switch (nodes_[next].state) {
      case State::written: ++last.asked; break;
      case State::waiting: enter(next); break;
      case State::on_path: open_circle(path, next); break;
      }
    }
  }

  /// Of the path from `first` on; what stands behind the one that need not wait comes again when it is asked for.
  void open_circle(std::vector<std::size_t>& path, std::size_t first) {
    const auto begin = std::find(path.begin(), path.end(), first);
    const auto nearest = std::min_element(
        begin, path.end(), [this](std::size_t a, std::size_t b) { return nodes_[a].rank < nodes_[b].rank; });
    ++nodes_[*nearest].asked;
    for (auto behind = nearest + 1; behind != path.end(); ++behind) nodes_[*behind].state = State::waiting;
    path.erase(nearest + 1, path.end());
  }

  std::vector<std::string> names_{};
  std::vector<Node> nodes_{};
  std::vector<std::string> out_{};
};

}  // namespace

std::vector<std::string> in_order(const std::map<std::string, AliasWays>& aliases) { return Order(aliases).run(); }

}  // namespace mailhaul::account::modoboa
