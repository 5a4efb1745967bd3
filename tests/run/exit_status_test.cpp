#include "mailhaul/run/exit_status.hpp"

#include <gtest/gtest.h>

namespace mailhaul::run {
namespace {

TEST(ExitStatus, TableOfCausesAndSides) {
  struct Row {
    Cause cause;
    Side side;
    int status;
  };
  for (const Row& row : {Row{Cause::usage, Side::none, 64},      {Cause::not_found, Side::source, 66},
                         {Cause::not_found, Side::target, 73},   {Cause::not_a_store, Side::source, 66},
                         {Cause::not_a_store, Side::target, 66}, {Cause::permission, Side::source, 77},
                         {Cause::permission, Side::target, 77},  {Cause::cannot_create, Side::target, 73},
                         {Cause::io_error, Side::target, 74},    {Cause::io_error, Side::source, 23},
                         {Cause::io_error, Side::none, 1},       {Cause::no_space, Side::target, 113},
                         {Cause::quota, Side::target, 113},      {Cause::locked, Side::source, 75},
                         {Cause::locked, Side::target, 75},      {Cause::source_changed, Side::source, 2},
                         {Cause::damaged, Side::none, 1},        {Cause::damaged, Side::source, 23},
                         {Cause::unsupported, Side::none, 1},    {Cause::unsupported, Side::target, 23},
                         {Cause::cannot_create, Side::none, 73}, {Cause::locked, Side::none, 75},
                         {Cause::stopped, Side::none, 20},       {Cause::refused, Side::source, 66}})
    EXPECT_EQ(static_cast<int>(exit_status_of(Error(row.cause, Scope::run, "x").on(row.side))), row.status)
        << static_cast<int>(row.cause);
}

}  // namespace
}  // namespace mailhaul::run
