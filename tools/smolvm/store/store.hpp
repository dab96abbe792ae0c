// All machines of one data directory, shared by every process that works on it.
#pragma once

#include "store/database.hpp"
#include "store/record.hpp"
#include "support/result.hpp"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace smolfleet::standin {

/// The machines' table, with the transaction shapes of smolvm (contract §5.2): create and delete
/// read first and write after, in one deferred transaction, so they fail with `database is locked`
/// when another process writes at the same time; updates take the lock first and wait for it.
class Store {
 public:
  [[nodiscard]] static Result<Store> open(const std::filesystem::path& file);

  /// Takes the name for this process, in a transaction of its own.
  [[nodiscard]] Result<void> reserve(const std::string& name);
  /// Turns the reservation into a machine.
  [[nodiscard]] Result<void> commit_reserved(const Record& record);
  /// Gives the name back. Best effort: a reservation whose process is dead counts for nothing.
  void release(const std::string& name);

  [[nodiscard]] Result<std::optional<Record>> find(const std::string& name) const;
  /// As `find`, and a missing machine is an error: `vm not found: NAME`.
  [[nodiscard]] Result<Record> get(const std::string& name) const;
  [[nodiscard]] Result<std::vector<Record>> all() const;

  /// Changes a record; a missing one is no error.
  [[nodiscard]] Result<void> update(const std::string& name,
                                    const std::function<void(Record&)>& change);
  /// Writes the whole record, also a missing one: what `stop` does.
  [[nodiscard]] Result<void> put(const Record& record);
  [[nodiscard]] Result<void> remove(const std::string& name);

 private:
  explicit Store(Database database) : database_(std::move(database)) {}

  Database database_;
};

}  // namespace smolfleet::standin
