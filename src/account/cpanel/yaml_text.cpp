#include "account/cpanel/yaml_text.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <exception>
#include <sstream>
#include <utility>

namespace mailhaul::account::cpanel {
namespace {

struct Refused : std::exception {
  explicit Refused(std::string text) : reason(std::move(text)) {}
  [[nodiscard]] const char* what() const noexcept override { return reason.c_str(); }
  std::string reason;
};

/// Builds the tree from events, not from the library's own nodes: a limit stops the reading where it is passed.
class TreeBuilder : public YAML::EventHandler {
 public:
  explicit TreeBuilder(const YamlLimits& limits) : limits_(limits) {}

  [[nodiscard]] YamlNode take() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t anchor) override {
    refuse_anchor(anchor);
    add(YamlNode{});
  }
  void OnAlias(const YAML::Mark&, YAML::anchor_t) override { throw Refused("it uses aliases"); }
  void OnScalar(const YAML::Mark&, const std::string& tag, YAML::anchor_t anchor, const std::string& value) override {
    refuse_anchor(anchor);
    YamlNode node;
    node.kind = YamlNode::Kind::scalar;
    node.is_plain = tag == "?";
    node.text = value;
    add(std::move(node));
  }
  void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    begin_collection(anchor, YamlNode::Kind::list);
  }
  void OnSequenceEnd() override { end_collection(); }
  void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t anchor, YAML::EmitterStyle::value) override {
    begin_collection(anchor, YamlNode::Kind::map);
  }
  void OnMapEnd() override { end_collection(); }

 private:
  static void refuse_anchor(YAML::anchor_t anchor) {
    if (anchor != 0) throw Refused("it uses anchors");
  }

  void begin_collection(YAML::anchor_t anchor, YamlNode::Kind kind) {
    refuse_anchor(anchor);
    if (open_.size() >= limits_.depth) throw Refused("it is nested too deeply");
    if (awaits_key()) throw Refused("a key is not a word");
    YamlNode node;
    node.kind = kind;
    open_.push_back(std::move(node));
  }

  void end_collection() {
    YamlNode node = std::move(open_.back());
    open_.pop_back();
    add(std::move(node));
  }

  [[nodiscard]] bool awaits_key() const {
    return !open_.empty() && open_.back().kind == YamlNode::Kind::map &&
           open_.back().keys.size() == open_.back().items.size();
  }

  void add(YamlNode node) {
    if (++nodes_ > limits_.nodes) throw Refused("it has too many values");
    if (open_.empty()) {
      root_ = std::move(node);
    } else if (awaits_key()) {
      open_.back().keys.push_back(std::move(node.text));
    } else {
      open_.back().items.push_back(std::move(node));
    }
  }

  YamlLimits limits_;
  std::size_t nodes_ = 0;
  YamlNode root_{};
  std::vector<YamlNode> open_{};
};

/// The library looks ahead to the end of a bracket, and keeps 250 octets for each mark that it passes: 1 MiB of them
/// would be 250 MiB before the first event.
std::size_t marks_in(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return c == '[' || c == ']' || c == '{' || c == '}' || c == ','; }));
}

}  // namespace

const YamlNode* YamlNode::find(std::string_view key) const {
  for (std::size_t i = keys.size(); i-- > 0;)
    if (keys[i] == key && i < items.size()) return &items[i];
  return nullptr;
}

YamlText read_yaml(std::string_view text, const YamlLimits& limits) {
  if (text.size() > limits.octets) return {std::nullopt, "it is larger than " + std::to_string(limits.octets)};
  // The library takes an EOT for the end of the text, and a NUL for UTF-16: what follows would be left out unsaid.
  if (text.find('\x04') != std::string_view::npos || text.find('\0') != std::string_view::npos)
    return {std::nullopt, "it holds a control octet"};
  if (marks_in(text) > limits.nodes) return {std::nullopt, "it has too many values"};
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    TreeBuilder builder(limits);
    if (!parser.HandleNextDocument(builder)) return {YamlNode{}, {}};
    YamlNode root = builder.take();
    TreeBuilder second(limits);
    if (parser.HandleNextDocument(second)) return {std::nullopt, "it is more than one document"};
    return {std::move(root), {}};
  } catch (const Refused& refused) {
    return {std::nullopt, refused.reason};
  } catch (const YAML::Exception& error) {
    return {std::nullopt, "line " + std::to_string(error.mark.line + 1) + ": " + error.msg};
  } catch (const std::exception& error) {
    return {std::nullopt, error.what()};
  }
}

}  // namespace mailhaul::account::cpanel
