#include "account/dovecot/users_file.hpp"

#include <utility>

#include "account/text/text_lines.hpp"

namespace mailhaul::account::dovecot {

UsersFile::UsersFile(std::string text) : text_(std::move(text)) {
  const std::vector<TextLine> lines = text_lines(text_);
  for (std::size_t i = 0; i < lines.size(); ++i)
    if (auto line = parse_user_line(lines[i].content)) {
      const std::string user = line->user;
      users_.try_emplace(user, Known{{}, std::move(*line), false}).first->second.numbers.push_back(i);
    }
}

const UserLine* UsersFile::find(const std::string& user) const {
  const auto known = users_.find(user);
  return known == users_.end() ? nullptr : &known->second.line;
}

void UsersFile::visit(const std::function<void(const std::string&, const UserLine&)>& take) const {
  for (const auto& [user, known] : users_) take(user, known.line);
}

void UsersFile::set(UserLine line) {
  static_cast<void>(to_text(line));  // what can't be written is not taken
  const auto [known, is_new] = users_.try_emplace(line.user);
  if (is_new) new_.push_back(line.user);
  known->second.line = std::move(line);
  known->second.has_changed = true;
}

void UsersFile::remove(const std::string& user) {
  const auto known = users_.find(user);
  if (known == users_.end()) return;
  const std::vector<std::size_t>& numbers = known->second.numbers;
  removed_.insert(removed_.end(), numbers.begin(), numbers.end());
  if (numbers.empty()) std::erase(new_, user);
  users_.erase(known);
}

std::string UsersFile::text() const {
  LineEdits edits;
  for (const std::size_t number : removed_) edits.changed[number] = std::nullopt;
  for (const auto& [user, known] : users_) {
    if (!known.has_changed) continue;
    for (const std::size_t number : known.numbers) edits.changed[number] = std::nullopt;
    if (!known.numbers.empty()) edits.changed[known.numbers.front()] = to_text(known.line);
  }
  for (const std::string& user : new_) edits.added.push_back(to_text(users_.at(user).line));
  return edited(text_, edits);
}

}  // namespace mailhaul::account::dovecot
