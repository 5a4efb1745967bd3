#include "mailhaul/store/repairs.hpp"

namespace mailhaul::store {

const char* to_string(RepairKind kind) {
  switch (kind) {
  case RepairKind::owner: return "owner";
  case RepairKind::mode: return "mode";
  case RepairKind::directory: return "directory";
  case RepairKind::marker: return "marker";
  case RepairKind::size_in_name: return "size_in_name";
  case RepairKind::uid_list: return "uid_list";
  case RepairKind::quota_file: return "quota_file";
  case RepairKind::index_file: return "index_file";
  case RepairKind::left_over: return "left_over";
  }
  return "";
}

const char* to_string(RepairOutcome outcome) {
  switch (outcome) {
  case RepairOutcome::proposed: return "proposed";
  case RepairOutcome::done: return "done";
  case RepairOutcome::refused: return "refused";
  }
  return "";
}

}  // namespace mailhaul::store
