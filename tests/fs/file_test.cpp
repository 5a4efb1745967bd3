#include "mailhaul/fs/file.hpp"

#include <fcntl.h>

#include <cerrno>

#include "fs/world.hpp"
#include "mailhaul/io/pump.hpp"
#include "mailhaul/io/sink.hpp"

namespace mailhaul::fs {
namespace {

using support::Call;

class OpenFile : public InMemory {
 protected:
  [[nodiscard]] File open_for_update(const std::string& name, Side side = Side::target) {
    return std::move(*open(side).open_file_for_update(name).file);
  }
  [[nodiscard]] std::string pumped(const std::string& name) {
    FileSource source(std::move(*open(Side::source).open_file(name).file), buffer_);
    io::StringSink sink;
    io::copy(source, sink);
    return sink.take();
  }
  std::vector<std::byte> buffer_{};
};

TEST_F(OpenFile, IsReadAndWrittenWholeThroughShortAndInterruptedCalls) {
  std::string text;
  for (int i = 0; i < 5000; ++i) text += std::to_string(i);
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    memory().put_file("/m/f", "", bob);
    const File file = open_for_update("f");
    kernel().make_short(seed);
    kernel().interrupt(seed + 1);
    file.write_at(as_bytes(text), 0);
    file.write_at(as_bytes("end"), text.size());
    EXPECT_EQ(read_all(file), text + "end");
    file.truncate(3);
    EXPECT_EQ(read_all(file), text.substr(0, 3));
    kernel().heal();
  }
}

TEST_F(OpenFile, ReadsShortOnlyAtItsEnd) {
  memory().put_file("/m/f", "12345", bob);
  const File file = open_for_update("f");
  std::vector<std::byte> into(10);
  EXPECT_EQ(file.read_at(std::span(into).first(3), 0), 3U);
  EXPECT_EQ(file.read_at(into, 0), 5U);
  EXPECT_EQ(file.read_at(into, 4), 1U);
  EXPECT_EQ(file.read_at(into, 5), 0U);
  EXPECT_EQ(file.read_at(into, 500), 0U);
}

TEST_F(OpenFile, SaysHowFarAFailureReaches) {
  memory().put_file("/m/f", "12345", bob);
  struct Row {
    Call call;
    int number;
    Cause cause;
    Scope scope;
  };
  std::vector<std::byte> into(10);
  for (const Row& row :
       {Row{Call::read_at, EIO, Cause::io_error, Scope::message}, Row{Call::write_at, EIO, Cause::io_error, Scope::run},
        Row{Call::write_at, ENOSPC, Cause::no_space, Scope::run},
        Row{Call::write_at, EDQUOT, Cause::quota, Scope::mailbox},
        Row{Call::truncate, EIO, Cause::io_error, Scope::run}, Row{Call::sync, EIO, Cause::io_error, Scope::run},
        Row{Call::sync, EDQUOT, Cause::quota, Scope::mailbox}}) {
    const File file = open_for_update("f");
    kernel().inject({.call = row.call, .errno_value = row.number, .and_all_later = true});
    const Error error = error_of([&] {
      if (row.call == Call::read_at) (void)file.read_at(into, 0);
      if (row.call == Call::write_at) file.write_at(as_bytes("x"), 0);
      if (row.call == Call::truncate) file.truncate(0);
      if (row.call == Call::sync) file.sync();
    });
    kernel().heal();
    EXPECT_EQ(error.cause(), row.cause);
    EXPECT_EQ(error.scope(), row.scope);
    EXPECT_EQ(error.side(), Side::target);
    EXPECT_EQ(error.place(), "/m/f");
  }
}

TEST_F(OpenFile, SyncsOnceWhateverTheAnswer) {
  memory().put_file("/m/f", "12345", bob);
  for (const int number : {EIO, EINTR}) {
    const File file = open_for_update("f");
    kernel().count_anew();
    kernel().inject({.call = Call::sync, .nth = 1, .errno_value = number});
    EXPECT_THROW(file.sync(), Error);
    EXPECT_EQ(kernel().calls(Call::sync), 1U) << "D3";
    kernel().heal();
  }
}

TEST_F(OpenFile, GivesUpOnAKernelThatOnlyInterrupts) {
  memory().put_file("/m/f", "12345", bob);
  const File file = open_for_update("f");
  kernel().inject({.call = Call::read_at, .errno_value = EINTR, .and_all_later = true});
  EXPECT_EQ(error_of([&] { (void)read_all(file); }).system_error(), EINTR);
}

TEST_F(OpenFile, LocksAgainstOtherDescriptors) {
  memory().put_file("/m/f", "", bob);
  const File one = open_for_update("f");
  const File two = open_for_update("f");
  EXPECT_TRUE(one.try_lock(LockKind::shared));
  EXPECT_TRUE(two.try_lock(LockKind::shared));
  EXPECT_FALSE(one.try_lock(LockKind::exclusive));
  two.unlock();
  EXPECT_TRUE(one.try_lock(LockKind::exclusive));
  EXPECT_FALSE(two.try_lock(LockKind::shared));
  one.unlock();
  {
    const File three = open_for_update("f");
    EXPECT_TRUE(three.try_lock(LockKind::exclusive));
    EXPECT_FALSE(two.try_lock(LockKind::exclusive));
  }
  EXPECT_TRUE(two.try_lock(LockKind::exclusive)) << "closed: given back";
}

TEST_F(OpenFile, SaysWhenALockIsNotPossibleAtAll) {
  memory().put_file("/m/f", "", bob);
  const File file = open_for_update("f");
  kernel().inject({.call = Call::try_lock, .errno_value = ENOLCK});
  EXPECT_EQ(error_of([&] { (void)file.try_lock(LockKind::shared); }).system_error(), ENOLCK);
}

TEST_F(OpenFile, IsClosedOnceWhateverCloseSays) {
  memory().put_file("/m/f", "", bob);
  const Directory root = open();
  for (const int number : {EIO, EINTR, EDQUOT}) {
    const int fd = kernel().open_at(root.descriptor(), "f", O_RDONLY | O_NOFOLLOW, 0);
    Descriptor descriptor(kernel(), fd);
    kernel().count_anew();
    kernel().inject({.call = Call::close, .nth = 1, .errno_value = number});
    EXPECT_EQ(descriptor.close(), number == EINTR ? 0 : -number);
    EXPECT_EQ(descriptor.close(), 0);
    kernel().heal();
    EXPECT_FALSE(descriptor.is_open());
    EXPECT_EQ(kernel().calls(Call::close), 1U);
  }
  EXPECT_EQ(memory().open_descriptors(), 1U);
}

TEST_F(OpenFile, IsASourceOfAnySize) {
  std::string text(1U << 20U, 'a');
  text.back() = 'z';
  for (const std::string& octets :
       {std::string(), std::string("x"), std::string(4095, 'x'), text, text + "!", text + text + "tail"}) {
    memory().put_file("/m/f", octets, bob);
    EXPECT_EQ(pumped("f"), octets);
    kernel().make_short(octets.size());
    EXPECT_EQ(pumped("f"), octets);
    kernel().heal();
  }
}

TEST_F(OpenFile, IsReadWithOneCallWhenSmallAndLookedAtOnceAtTheEnd) {
  memory().put_file("/m/f", "small", bob);
  FileSource source(std::move(*open(Side::source).open_file("f").file), buffer_);
  kernel().count_anew();
  EXPECT_EQ(as_text(source.read()), "small");
  EXPECT_EQ(kernel().calls(Call::read_at), 1U);
  EXPECT_EQ(kernel().calls(), 1U);
  EXPECT_TRUE(source.read().empty());
  EXPECT_TRUE(source.read().empty());
  EXPECT_EQ(kernel().calls(Call::status), 1U);
  EXPECT_EQ(kernel().calls(), 2U);
  EXPECT_EQ(buffer_.size(), 1U << 20U);
}

TEST_F(OpenFile, SaysWhenItChangedWhileItWasRead) {
  const auto change = [&](const std::function<void(const File&)>& how) {
    memory().put_file("/m/f", "hello", bob);
    FileSource source(std::move(*open(Side::source).open_file("f").file), buffer_);
    EXPECT_EQ(as_text(source.read()), "hello");
    how(open_for_update("f"));
    const Error error = error_of([&] { (void)source.read(); });
    EXPECT_EQ(error.cause(), Cause::source_changed);
    EXPECT_EQ(error.scope(), Scope::message);
    EXPECT_EQ(error.side(), Side::source);
    EXPECT_EQ(error.place(), "/m/f");
  };
  change([](const File& file) { file.write_at(as_bytes("more"), 5); });
  change([](const File& file) { file.write_at(as_bytes("J"), 0); });
  change([](const File& file) { file.truncate(2); });
  change([](const File& file) { file.set_modified(FileTime{}); });
}

TEST_F(OpenFile, SaysWhenItBecameShorterBeforeItWasRead) {
  memory().put_file("/m/f", "hello", bob);
  FileSource source(std::move(*open(Side::source).open_file("f").file), buffer_);
  open_for_update("f").truncate(0);
  EXPECT_EQ(error_of([&] { (void)source.read(); }).cause(), Cause::source_changed);
}

TEST_F(OpenFile, MayBeRenamedOrRemovedWhileItIsRead) {
  memory().put_file("/m/f", "hello", bob);
  for (const char* step : {"renamed", "removed"}) {
    SCOPED_TRACE(step);
    const Directory root = open();
    FileSource source(std::move(*open(Side::source).open_file("f").file), buffer_);
    if (std::string_view(step) == "renamed") {
      EXPECT_TRUE(root.rename("f", root.look_at("f")->id, root, "f:2,S").found);
      EXPECT_TRUE(root.rename("f:2,S", root.look_at("f:2,S")->id, root, "f").found);
    } else {
      memory().remove("/m/f");
    }
    io::StringSink sink;
    io::copy(source, sink);
    EXPECT_EQ(sink.text(), "hello") << "D10: a change of ctime alone is none";
  }
}

}  // namespace
}  // namespace mailhaul::fs
