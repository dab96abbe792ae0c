// Both ways.
#include "smolfleet/metrics/exporter.hpp"

#include "smolfleet/metrics/page.hpp"
#include "smolfleet/metrics/text_file.hpp"

#include <fmt/format.h>

#include <utility>

namespace smolfleet::metrics {
namespace {

using core::Awaitable;
using Opened = std::expected<std::unique_ptr<Exporter>, std::string>;

class FileExporter final : public Exporter {
 public:
  explicit FileExporter(TextFile file) : file_(std::move(file)) {}

  Awaitable<void> run(ExportTools tools) override {
    bool over = false;
    while (!over) {
      over = co_await core::cancelled();
      note(file_.write(tools.text()), tools);
      if (!over) co_await tools.clock.sleep_until(tools.clock.now() + between_writes);
    }
  }

  [[nodiscard]] std::string place() const override { return file_.path().string(); }

 private:
  void note(std::error_code error, const ExportTools& tools) {
    if (!error || std::exchange(told_, true)) return;
    tools.on_fault(
        fmt::format("cannot write metrics to {}: {}; the run goes on without them, and "
                    "they are tried again every {} s",
                    place(), error.message(), between_writes.count()));
  }

  TextFile file_;
  bool told_ = false;
};

class PageExporter final : public Exporter {
 public:
  explicit PageExporter(Listener listener) : listener_(std::move(listener)) {}

  Awaitable<void> run(ExportTools tools) override {
    Page page(co_await core::this_coro::executor, tools.clock, std::move(listener_.fd),
              std::move(tools.text));
    co_await page.serve();
  }

  [[nodiscard]] std::string place() const override { return listener_.url; }

 private:
  Listener listener_;
};

Opened open_file(const std::filesystem::path& path) {
  TextFile file(path);
  if (auto checked = file.check(); !checked) return std::unexpected(std::move(checked).error());
  return std::make_unique<FileExporter>(std::move(file));
}

Opened open_page(const Loopback& address) {
  auto listener = listen_on(address);
  if (!listener) return std::unexpected(std::move(listener).error());
  return std::make_unique<PageExporter>(std::move(*listener));
}

}  // namespace

Opened open_exporter(const Target& target) {
  if (const auto* path = std::get_if<std::filesystem::path>(&target)) return open_file(*path);
  return open_page(std::get<Loopback>(target));
}

}  // namespace smolfleet::metrics
