// SQLite with owners: a connection, a statement, a transaction.
#pragma once

#include "support/result.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace smolfleet::standin {

struct CloseDatabase {
  void operator()(sqlite3* database) const;
};
struct FinalizeStatement {
  void operator()(sqlite3_stmt* statement) const;
};
using StatementHandle = std::unique_ptr<sqlite3_stmt, FinalizeStatement>;

/// One connection. A failed call ends as `database operation failed: WHAT: SQLite's words`; `what`
/// names what was being done.
class Database {
 public:
  [[nodiscard]] static Result<Database> open(const std::string& file);

  /// Runs statements that take no parameter and whose rows don't matter.
  [[nodiscard]] Result<void> run(std::string_view what, const char* sql) const;

  /// Runs one statement with text parameters; gives each row's columns to `row`.
  template <typename Row, typename... Parameters>
  [[nodiscard]] Result<void> query(std::string_view what, const char* sql, Row&& row,
                                   const Parameters&... parameters) const {
    auto statement = prepare(what, sql);
    if (!statement) return std::unexpected(statement.error());
    int at = 0;
    if (!(bind(statement->get(), ++at, parameters) && ...)) return failed(what);
    while (true) {
      const auto more = step(what, statement->get());
      if (!more) return std::unexpected(more.error());
      if (!*more) return {};
      row(statement->get());
    }
  }

  /// The text in a column of the current row.
  [[nodiscard]] static std::string column(sqlite3_stmt* row, int index);

 private:
  explicit Database(sqlite3* database) : database_(database) {}

  [[nodiscard]] Result<StatementHandle> prepare(std::string_view what, const char* sql) const;
  [[nodiscard]] Result<bool> step(std::string_view what, sqlite3_stmt* statement) const;
  [[nodiscard]] static bool bind(sqlite3_stmt* statement, int index, std::string_view text);
  [[nodiscard]] std::unexpected<Failure> failed(std::string_view what) const;

  std::unique_ptr<sqlite3, CloseDatabase> database_;
};

/// A transaction that is rolled back unless it was committed.
class Transaction {
 public:
  /// `deferred` takes the write lock at the first write: SQLite then refuses at once, busy timeout
  /// or not, if another process has written meanwhile. `immediate` takes it here and waits.
  enum class Kind { deferred, immediate };

  [[nodiscard]] static Result<Transaction> begin(const Database& database, std::string_view what,
                                                 Kind kind);
  Transaction(Transaction&& other) noexcept;
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();

  [[nodiscard]] Result<void> commit(std::string_view what);

 private:
  explicit Transaction(const Database& database) : database_(&database) {}

  const Database* database_;
};

}  // namespace smolfleet::standin
