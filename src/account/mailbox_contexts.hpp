#pragma once

#include <map>
#include <memory>
#include <string>

#include "mailhaul/formats/context.hpp"
#include "mailhaul/store/many_mailboxes.hpp"

namespace mailhaul::account {

/// Gives each mailbox a context of its own, so that what is told of it names it, and is told once. One thread; what it
/// gave lives as long as it does.
class MailboxContexts {
 public:
  explicit MailboxContexts(formats::Context& context) : context_(context) {}

  [[nodiscard]] formats::Context& of(const std::string& mailbox) {
    auto& own = own_[mailbox];
    if (!own) own = std::make_unique<Own>(context_, mailbox);
    return own->context;
  }

 private:
  struct Own {
    Own(const formats::Context& of, const std::string& mailbox)
        : findings(of.findings, mailbox), context{of.kernel,   of.entropy, of.clock,   findings,
                                                  of.instants, of.host,    of.process, of.lock_wait} {}
    store::MailboxFindings findings;
    formats::Context context;
  };

  formats::Context& context_;
  std::map<std::string, std::unique_ptr<Own>> own_{};
};

}  // namespace mailhaul::account
