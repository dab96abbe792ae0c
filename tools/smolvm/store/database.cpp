// The few calls of SQLite that the store is made of.
#include "store/database.hpp"

#include "support/text.hpp"

#include <sqlite3.h>

#include <utility>

namespace smolfleet::standin {

void CloseDatabase::operator()(sqlite3* database) const {
  sqlite3_close(database);
}
void FinalizeStatement::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

Result<Database> Database::open(const std::string& file) {
  sqlite3* handle = nullptr;
  const int status =
      sqlite3_open_v2(file.c_str(), &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
  Database database(handle);
  if (status != SQLITE_OK) {
    return fail(cat("database not available: ", file, ": ", sqlite3_errstr(status)));
  }
  constexpr int busy_timeout_ms = 15'000;
  sqlite3_busy_timeout(handle, busy_timeout_ms);
  return database;
}

std::unexpected<Failure> Database::failed(std::string_view what) const {
  return fail(cat("database operation failed: ", what, ": ", sqlite3_errmsg(database_.get())));
}

Result<void> Database::run(std::string_view what, const char* sql) const {
  if (sqlite3_exec(database_.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK)
    return failed(what);
  return {};
}

Result<StatementHandle> Database::prepare(std::string_view what, const char* sql) const {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(database_.get(), sql, -1, &statement, nullptr) != SQLITE_OK) {
    return failed(what);
  }
  return StatementHandle(statement);
}

bool Database::bind(sqlite3_stmt* statement, int index, std::string_view text) {
  return sqlite3_bind_text(statement, index, text.data(), static_cast<int>(text.size()),
                           SQLITE_TRANSIENT) == SQLITE_OK;
}

Result<bool> Database::step(std::string_view what, sqlite3_stmt* statement) const {
  const int status = sqlite3_step(statement);
  if (status == SQLITE_ROW) return true;
  if (status == SQLITE_DONE) return false;
  return failed(what);
}

std::string Database::column(sqlite3_stmt* row, int index) {
  const auto* text = sqlite3_column_text(row, index);
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(row, index));
  return text == nullptr ? std::string() : std::string(reinterpret_cast<const char*>(text), size);
}

Result<Transaction> Transaction::begin(const Database& database, std::string_view what, Kind kind) {
  const auto begun = database.run(cat("begin ", what),
                                  kind == Kind::deferred ? "BEGIN DEFERRED" : "BEGIN IMMEDIATE");
  if (!begun) return std::unexpected(begun.error());
  return Transaction(database);
}

Transaction::Transaction(Transaction&& other) noexcept
    : database_(std::exchange(other.database_, nullptr)) {}

Transaction::~Transaction() {
  if (database_ == nullptr) return;
  // Should even this fail, closing the connection rolls back.
  static_cast<void>(database_->run("rollback", "ROLLBACK"));
}

Result<void> Transaction::commit(std::string_view what) {
  auto done = database_->run(cat("commit ", what), "COMMIT");
  if (done) database_ = nullptr;
  return done;
}

}  // namespace smolfleet::standin
