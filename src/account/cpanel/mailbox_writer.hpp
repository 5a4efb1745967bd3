#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "account/cpanel/shadow_file.hpp"
#include "account/cpanel/write_target.hpp"
#include "account/text/keyed_lines_editor.hpp"

namespace mailhaul::account::cpanel {

/// Writes what makes a mailbox: its lines in etc/DOMAIN/passwd, shadow and quota, and what suspends it.
class MailboxWriter {
 public:
  explicit MailboxWriter(WriteTarget& target) : target_(target) {}

  // Each raises Error(refused, folder) where what it is about can't be written.
  [[nodiscard]] store::SettingResult mailbox(const NumberedChange& change);
  [[nodiscard]] store::SettingResult password(const NumberedChange& change);
  [[nodiscard]] store::SettingResult quota(const NumberedChange& change);
  /// Of the account too. `now`: as the target has it.
  [[nodiscard]] store::SettingResult suspension(const NumberedChange& change, const store::Suspension& now);

  /// After the last of them: plans the lists, each once.
  void finish();

 private:
  /// A file that is edited, and by which changes.
  struct List {
    KeyedLinesEditor lines;
    std::set<std::size_t> changes{};

    void set(const std::string& local_part, const std::vector<std::string>& fields, std::size_t number) {
      lines.set(local_part, fields);
      changes.insert(number);
    }
    void remove(const std::string& local_part, std::size_t number) {
      lines.remove(local_part);
      changes.insert(number);
    }
  };
  // Each with what is in it, as changed so far.
  struct Logins {
    List list;
    std::map<std::string, std::set<std::string>> names{};  ///< by the local part in lower case
  };
  struct Passwords {
    List list;
    bool are_locked = false;  ///< a new line gets the mark of a suspended account
    std::map<std::string, ShadowRecord> records{};
  };
  struct Quotas {
    List list;
    std::map<std::string, std::uint64_t> octets{};
  };

  [[nodiscard]] Logins& logins_of(const Address& mailbox);
  [[nodiscard]] Passwords& passwords_of(const Address& mailbox);
  [[nodiscard]] Quotas& quotas_of(const Address& mailbox);
  /// `suspension` of the login.
  void write_password(Passwords& passwords, const Address& mailbox, const store::Password& password,
                      store::Suspension suspension, std::size_t number);
  void plan(const std::string& path, const List& list);
  void suspend_login(const Address& mailbox, bool is_suspended, std::size_t number);
  [[nodiscard]] bool suspend_incoming(const Address& mailbox, bool is_suspended, std::size_t number);

  WriteTarget& target_;
  // By path below the home.
  std::map<std::string, Logins> logins_{};
  std::map<std::string, Passwords> passwords_{};
  std::map<std::string, Quotas> quotas_{};
};

}  // namespace mailhaul::account::cpanel
