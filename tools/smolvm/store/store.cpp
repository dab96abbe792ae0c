// The statements behind the machines' table.
#include "store/store.hpp"

#include "support/text.hpp"

#include <signal.h>
#include <unistd.h>

#include <charconv>
#include <ctime>

namespace smolfleet::standin {
namespace {

using Kind = Transaction::Kind;

constexpr auto ignore_row = [](sqlite3_stmt*) {};

/// A reservation counts while its process lives, for an hour at most.
bool holds(pid_t pid, std::time_t since) {
  constexpr std::time_t longest = 3600;
  return ::kill(pid, 0) == 0 && std::time(nullptr) - since < longest;
}

std::int64_t to_number(const std::string& text) {
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

}  // namespace

Result<Store> Store::open(const std::filesystem::path& file) {
  std::error_code error;
  std::filesystem::create_directories(file.parent_path(), error);
  if (error) {
    return fail(cat("database not available: ", file.parent_path().native(), ": ",
                    os_error(error.value())));
  }
  auto database = Database::open(file.native());
  if (!database) return std::unexpected(database.error());
  auto ready =
      database->run("configure pragmas", "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
  if (ready) {
    ready =
        database->run("create tables",
                      "CREATE TABLE IF NOT EXISTS vms (name TEXT PRIMARY KEY, data TEXT NOT NULL);"
                      "CREATE TABLE IF NOT EXISTS vm_reservations ("
                      "name TEXT PRIMARY KEY, pid INTEGER NOT NULL, since INTEGER NOT NULL)");
  }
  if (!ready) return std::unexpected(ready.error());
  return Store(*std::move(database));
}

Result<void> Store::reserve(const std::string& name) {
  const auto what = cat("reserve vm '", name, "'");
  auto transaction = Transaction::begin(database_, what, Kind::deferred);
  if (!transaction) return std::unexpected(transaction.error());

  bool taken = false;
  auto done = database_.query(
      what, "SELECT 1 FROM vms WHERE name = ?", [&](sqlite3_stmt*) { taken = true; }, name);
  if (!done) return done;
  done = database_.query(
      what, "SELECT pid, since FROM vm_reservations WHERE name = ?",
      [&](sqlite3_stmt* row) {
        taken = taken || holds(static_cast<pid_t>(to_number(Database::column(row, 0))),
                               to_number(Database::column(row, 1)));
      },
      name);
  if (!done) return done;
  if (taken) {
    return fail(cat("config operation failed: create machine: machine '", name,
                    "' already exists or is being created"));
  }
  done = database_.query(what, "INSERT OR REPLACE INTO vm_reservations VALUES (?, ?, ?)",
                         ignore_row, name, cat(::getpid()), cat(std::time(nullptr)));
  if (!done) return done;
  return transaction->commit(what);
}

Result<void> Store::commit_reserved(const Record& record) {
  const auto what = cat("insert reserved vm '", record.name, "'");
  auto transaction = Transaction::begin(database_, what, Kind::deferred);
  if (!transaction) return std::unexpected(transaction.error());

  bool reserved = false;
  auto done = database_.query(
      what, "SELECT 1 FROM vm_reservations WHERE name = ? AND pid = ?",
      [&](sqlite3_stmt*) { reserved = true; }, record.name, cat(::getpid()));
  if (!done) return done;
  if (!reserved) {
    return fail(cat("config operation failed: create machine: machine '", record.name,
                    "' already exists or is no longer reserved"));
  }
  done = database_.query(what, "INSERT INTO vms VALUES (?, ?)", ignore_row, record.name,
                         encode(record));
  if (!done) return done;
  done =
      database_.query(what, "DELETE FROM vm_reservations WHERE name = ?", ignore_row, record.name);
  if (!done) return done;
  return transaction->commit(what);
}

void Store::release(const std::string& name) {
  static_cast<void>(database_.query("release reservation",
                                    "DELETE FROM vm_reservations WHERE name = ? AND pid = ?",
                                    ignore_row, name, cat(::getpid())));
}

Result<std::optional<Record>> Store::find(const std::string& name) const {
  std::optional<Record> record;
  const auto done = database_.query(
      cat("get vm '", name, "'"), "SELECT data FROM vms WHERE name = ?",
      [&](sqlite3_stmt* row) { record = decode(Database::column(row, 0)); }, name);
  if (!done) return std::unexpected(done.error());
  return record;
}

Result<Record> Store::get(const std::string& name) const {
  auto record = find(name);
  if (!record) return std::unexpected(record.error());
  if (!*record) return fail(cat("vm not found: ", name));
  return **std::move(record);
}

Result<std::vector<Record>> Store::all() const {
  std::vector<Record> records;
  const auto done = database_.query("list vms", "SELECT data FROM vms", [&](sqlite3_stmt* row) {
    records.push_back(decode(Database::column(row, 0)));
  });
  if (!done) return std::unexpected(done.error());
  return records;
}

Result<void> Store::update(const std::string& name, const std::function<void(Record&)>& change) {
  const auto what = cat("update vm '", name, "'");
  auto transaction = Transaction::begin(database_, what, Kind::immediate);
  if (!transaction) return std::unexpected(transaction.error());
  auto record = find(name);
  if (!record) return std::unexpected(record.error());
  if (!*record) return {};
  change(**record);
  auto done = database_.query(what, "UPDATE vms SET data = ? WHERE name = ?", ignore_row,
                              encode(**record), name);
  if (!done) return done;
  return transaction->commit(what);
}

Result<void> Store::put(const Record& record) {
  return database_.query(cat("save vm '", record.name, "'"),
                         "INSERT OR REPLACE INTO vms VALUES (?, ?)", ignore_row, record.name,
                         encode(record));
}

Result<void> Store::remove(const std::string& name) {
  const auto what = cat("remove vm '", name, "'");
  auto transaction = Transaction::begin(database_, what, Kind::deferred);
  if (!transaction) return std::unexpected(transaction.error());
  bool found = false;
  auto done = database_.query(
      what, "SELECT 1 FROM vms WHERE name = ?", [&](sqlite3_stmt*) { found = true; }, name);
  if (!done) return done;
  if (!found) return fail(cat("vm not found: ", name));
  done = database_.query(what, "DELETE FROM vms WHERE name = ?", ignore_row, name);
  if (!done) return done;
  return transaction->commit(what);
}

}  // namespace smolfleet::standin
