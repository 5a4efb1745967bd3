#include "account/modoboa/importer.hpp"

#include <algorithm>
#include <cctype>
#include <regex>

namespace mailhaul::account::modoboa {
namespace {

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

std::string stripped(const std::string& text) {
  const char* const blanks = " \t\r\n\v\f";
  const std::size_t begin = text.find_first_not_of(blanks);
  return begin == std::string::npos ? "" : text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

bool truth(const std::string& cell) {
  const std::string word = lower(cell);
  return word == "true" || word == "1" || word == "yes" || word == "y";
}

bool is_number(const std::string& cell) {
  return !cell.empty() && cell.size() < 11 &&
         std::all_of(cell.begin(), cell.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// Python's csv.reader with ';': a quote counts at the beginning of a cell.
std::vector<std::vector<std::string>> rows_of(std::string_view text) {
  std::vector<std::vector<std::string>> rows;
  std::vector<std::string> row(1);
  bool is_quoted = false;
  bool is_empty = true;
  bool at_start = true;
  const auto end_row = [&] {
    if (!is_empty) rows.push_back(row);
    row.assign(1, "");
    is_empty = at_start = true;
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (is_quoted) {
      if (c != '"')
        row.back() += c;
      else if (i + 1 < text.size() && text[i + 1] == '"')
        row.back() += text[++i];
      else
        is_quoted = false;
      continue;
    }
    if (c == '\n') {
      end_row();
      continue;
    }
    if (c == '\r' && i + 1 < text.size() && text[i + 1] == '\n') continue;
    is_empty = false;
    if (c == ';') {
      row.emplace_back();
      at_start = true;
    } else if (c == '"' && at_start) {
      is_quoted = true;
      at_start = false;
    } else {
      row.back() += c;
      at_start = false;
    }
  }
  end_row();
  return rows;
}

bool is_host(const std::string& name) {
  static const std::regex shape("([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+([a-z][a-z-]{0,61}[a-z]|xn--[a-z0-9-]{1,59})");
  return name.size() <= 253 && std::regex_match(name, shape);
}

/// As Django's, with room for catch-alls.
bool is_address(const std::string& text, bool may_be_rest) {
  static const std::regex local("[-!#$%&'*+/=?^_`{}|~0-9A-Za-z]+(\\.[-!#$%&'*+/=?^_`{}|~0-9A-Za-z]+)*");
  const std::size_t at = text.rfind('@');
  if (at == std::string::npos || text.size() > 254 || !is_host(lower(text.substr(at + 1)))) return false;
  if (at == 0) return may_be_rest;
  // More than Modoboa asks for: what Postfix would call, open or read as something else.
  if (std::string("|/:'-\"").find(text.front()) != std::string::npos) return false;
  return at <= 64 && std::regex_match(text.substr(0, at), local);
}

std::string without_extension(const std::string& address) {
  std::string plain = lower(address);
  const std::size_t at = plain.rfind('@');
  const std::size_t plus = plain.find('+');
  return plus != std::string::npos && plus < at ? plain.substr(0, plus) + plain.substr(at) : plain;
}

std::string domain_of(const std::string& address) { return lower(address.substr(address.rfind('@') + 1)); }

}  // namespace

Importer::Importer(std::string_view text) {
  for (const Cells& raw : rows_of(text)) {
    Cells cells;
    for (const std::string& cell : raw) cells.push_back(stripped(cell));
    take(cells);
    if (error.empty()) continue;
    for (const std::string& cell : cells) error += ';' + cell;
    return;
  }
}

void Importer::take(const Cells& cells) {
  const std::string& word = cells.front();
  if (word == "domain") return take_domain(cells);
  if (word == "domainalias") return take_domain_alias(cells);
  if (word == "account") return take_account(cells);
  if (word == "alias" || word == "forward" || word == "dlist") return take_alias(cells);
  skipped.push_back(word);
}

void Importer::take_domain(const Cells& cells) {
  if (cells.size() < 5) return void(error = "Invalid line");
  const std::string name = lower(cells[1]);
  if (!is_host(name)) return void(error = "bad host name");
  if (!is_number(cells[2]) || !is_number(cells[3])) return void(error = "bad quota");
  if (cells[2] != "0" && std::stoull(cells[3]) > std::stoull(cells[2])) return void(error = "default over quota");
  if (domains.count(name) != 0 || domain_aliases.count(name) != 0) return void(error = "Conflict");
  domains[name] = {truth(cells[4]), std::stoull(cells[2])};
}

void Importer::take_domain_alias(const Cells& cells) {
  if (cells.size() < 4) return void(error = "Invalid line");
  const std::string name = lower(cells[1]);
  if (domains.count(cells[2]) == 0) return void(error = "Domain not found");
  if (domains.count(name) != 0 || domain_aliases.count(name) != 0) return void(error = "Conflict");
  domain_aliases[name] = cells[2];
}

void Importer::take_account(const Cells& cells) {
  if (cells.size() < 7) return void(error = "Invalid line");
  const std::string login = lower(cells[1]);
  if (cells[6] == "SimpleUsers" && (cells.size() < 8 || cells[7] != login)) return void(error = "address is not login");
  if (!is_address(login, false)) return void(error = "bad address");
  if (domains.count(domain_of(login)) == 0) return void(error = "no domain");
  if (cells.size() > 8 && !is_number(cells[8])) return void(error = "wrong quota value");
  if (accounts.count(login) != 0) return void(error = "Conflict");
  if (const std::uint64_t most = domains[domain_of(login)].quota; most != 0) {
    const std::uint64_t size = cells.size() > 8 ? std::stoull(cells[8]) : 0;
    if (size == 0) return void(error = "A quota is required");
    std::uint64_t sum = size;
    for (const auto& [other, account] : accounts)
      if (domain_of(other) == domain_of(login)) sum += account.quota;
    if (sum > most) return void(error = "Domain quota exceeded");
  }
  if (cells[2].size() > 256) return void(error = "password too long");
  accounts[login] = {cells[2], truth(cells[5]), cells[6], cells.size() > 8 ? std::stoull(cells[8]) : 0};
}

std::string Importer::problem_of_recipient(const std::string& to, const std::string& own) const {
  if (!is_address(to, true)) return "Invalid address";
  if (domains.count(domain_of(to)) == 0) return "";
  const std::string plain = without_extension(to);
  if (accounts.count(plain) != 0) return "";
  if (plain == own) return "Conflict";
  return aliases.count(plain) != 0 ? "" : "Local recipient not found";
}

void Importer::take_alias(const Cells& cells) {
  if (cells.size() < (cells.front() == "dlist" ? 5U : 4U)) return void(error = "Invalid line");
  const std::string address = lower(cells[1]);
  if (!is_address(address, true)) return void(error = "bad address");
  if (domains.count(domain_of(address)) == 0) return void(error = "no domain");
  if (aliases.count(address) != 0) return void(error = "Conflict");
  Alias alias{truth(cells[2]), {}};
  std::set<std::string> means;
  for (std::size_t i = 3; i < cells.size(); ++i) {
    if (cells[i].empty() || !alias.to.insert(cells[i]).second) continue;
    error = problem_of_recipient(cells[i], address);
    if (!error.empty()) return;
    const bool is_local = domains.count(domain_of(cells[i])) != 0;
    if (is_local && !means.insert(without_extension(cells[i])).second) return void(error = "database: the same twice");
  }
  aliases[address] = std::move(alias);
}

}  // namespace mailhaul::account::modoboa
