#include "pseudo_message.hpp"

#include <array>
#include <chrono>
#include <cstdio>

#include "mailhaul/mail/postmark.hpp"

namespace mailhaul::formats::mbox {

namespace {

std::string date_header(mail::InternalDate date) {
  const auto day = std::chrono::floor<std::chrono::days>(date);
  const std::chrono::year_month_day ymd{day};
  const std::chrono::hh_mm_ss time{date - day};
  std::array<char, 64> text{};
  const int length = std::snprintf(text.data(), text.size(), "%s, %02u %s %04d %02d:%02d:%02d +0000",
                                   std::string(mail::weekday_name(std::chrono::weekday{day}.c_encoding())).c_str(),
                                   static_cast<unsigned>(ymd.day()),
                                   std::string(mail::month_name(static_cast<unsigned>(ymd.month()))).c_str(),
                                   static_cast<int>(ymd.year()), static_cast<int>(time.hours().count()),
                                   static_cast<int>(time.minutes().count()), static_cast<int>(time.seconds().count()));
  return {text.data(), static_cast<std::size_t>(length)};
}

}  // namespace

std::string pseudo_message(const mail::ImapBase& base, std::string_view host, mail::InternalDate date) {
  mail::StoreHeaders headers;
  headers.base = base;
  headers.pseudo = true;
  headers.flags = {mail::Flag::seen};
  headers.old = true;
  std::string text = mail::format_postmark("MAILER-DAEMON", date) + "\n";
  text += "Date: " + date_header(date) + "\n";
  text.append("From: Mail System Internal Data <MAILER-DAEMON@").append(host).append(">\n");
  text.append("Subject: ").append(pseudo_subject) += "\n";
  text += "Message-ID: <" + std::to_string(base.uid_validity.value);
  text.append("@").append(host).append(">\n");
  text += mail::format_store_headers(headers, "\n").text;
  text += "\n"
          "This text is part of the internal format of your mail folder, and is not\n"
          "a real message.  It is created automatically by the mail system software.\n"
          "If deleted, important folder data will be lost, and it will be re-created\n"
          "with the data reset to initial values.\n\n";
  return text;
}

}  // namespace mailhaul::formats::mbox
