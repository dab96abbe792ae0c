// Builds the tree from nlohmann's events: its own builder lets the last of two equal keys win.
#include "plan/json_document.hpp"

#include "smolfleet/core/text.hpp"
#include "smolfleet/plan/parse.hpp"

#include "plan/syntax_hint.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace smolfleet::plan {

namespace {

constexpr std::size_t longest_token = 64;
/// The id of nlohmann's exception for a number beyond the range of a double.
constexpr int number_out_of_range = 406;

/// Receives the events of one document. Once an event has returned false, no more come.
class Builder final : public nlohmann::json_sax<OrderedJson> {
 public:
  bool null() override { return add(OrderedJson(nullptr)); }
  bool boolean(bool value) override { return add(OrderedJson(value)); }
  bool number_integer(number_integer_t value) override { return add(OrderedJson(value)); }
  bool number_unsigned(number_unsigned_t value) override { return add(OrderedJson(value)); }
  bool number_float(number_float_t value, const string_t& /*text*/) override {
    return add(OrderedJson(value));
  }
  bool string(string_t& value) override { return add(OrderedJson(std::move(value))); }
  bool binary(binary_t& /*value*/) override { return false; }  // JSON text has none

  bool start_object(std::size_t /*size*/) override { return open(OrderedJson::object()); }
  bool start_array(std::size_t /*size*/) override { return open(OrderedJson::array()); }
  bool end_array() override { return close(); }
  bool end_object() override { return !has_duplicate_key() && close(); }
  bool key(string_t& name) override {
    key_ = std::move(name);
    return true;
  }

  bool parse_error(std::size_t position, const std::string& /*token*/,
                   const nlohmann::detail::exception& problem) override {
    syntax_error_ = position;
    out_of_range_ = problem.id == number_out_of_range;
    return false;
  }

  /// The document, when no more events come.
  Document finish(std::string_view line) &&;

 private:
  OrderedJson& place(OrderedJson value);
  bool add(OrderedJson value) {
    place(std::move(value));
    return true;
  }
  bool open(OrderedJson container);
  bool close() {
    open_.pop_back();
    return true;
  }
  bool has_duplicate_key();
  [[nodiscard]] std::string pointer_to_innermost() const;
  [[nodiscard]] Fault syntax_fault(std::string_view line) const;

  OrderedJson root_;
  std::vector<OrderedJson*>
      open_;         ///< outermost first; stays valid, as only the innermost one grows
  std::string key_;  ///< of the member whose value comes next
  std::vector<std::string_view> keys_;
  std::optional<std::size_t> syntax_error_;  ///< how many bytes were read until then
  bool out_of_range_ = false;
  std::optional<Fault> fault_;
};

/// Puts `value` where the next value belongs.
OrderedJson& Builder::place(OrderedJson value) {
  if (open_.empty()) return root_ = std::move(value);
  auto& parent = *open_.back();
  if (parent.is_array())
    return parent.get_ref<OrderedJson::array_t&>().emplace_back(std::move(value));
  // Past ordered_map's own emplace, which compares with every key that is there: 200,000 keys would
  // take minutes.
  auto& members = parent.get_ref<OrderedJson::object_t&>();
  return members.emplace_back(std::move(key_), std::move(value)).second;
}

bool Builder::open(OrderedJson container) {
  if (open_.size() == max_depth) {
    fault_ = Fault{.pointer = pointer_to_innermost(),
                   .text = fmt::format("is nested too deeply: {} levels are the most", max_depth),
                   .hint = "Leave out what the plan does not need."};
    return false;
  }
  open_.push_back(&place(std::move(container)));
  return true;
}

/// Looks at the object that ends. Sorting, because a hash table could be made to degenerate.
bool Builder::has_duplicate_key() {
  const auto& members = open_.back()->get_ref<const OrderedJson::object_t&>();
  if (members.size() < 2) return false;
  keys_.clear();
  for (const auto& member : members)
    keys_.emplace_back(member.first);
  std::ranges::sort(keys_);
  const auto twice = std::ranges::adjacent_find(keys_);
  if (twice == keys_.end()) return false;
  fault_ = Fault{.pointer = pointer_to(pointer_to_innermost(), *twice),
                 .text = "is given twice",
                 .hint = "Give each key once: readers differ in which of two values they take."};
  return true;
}

/// To the innermost container that is open. Each outer one is in the last place of its parent.
std::string Builder::pointer_to_innermost() const {
  std::string pointer;
  for (std::size_t i = 0; i + 1 < open_.size(); ++i) {
    const auto& container = *open_[i];
    pointer =
        container.is_array()
            ? fmt::format("{}/{}", pointer, container.size() - 1)
            : pointer_to(pointer, container.get_ref<const OrderedJson::object_t&>().back().first);
  }
  return pointer;
}

/// What nlohmann says goes no further: it quotes the line, which may hold secrets.
Fault Builder::syntax_fault(std::string_view line) const {
  const auto ill_formed = core::find_invalid_utf8(line);
  const auto read = *syntax_error_;
  Fault fault{.pointer = pointer_to_innermost(), .text = {}, .hint = syntax_hint(line, read)};
  if (ill_formed < read) {
    fault.text = fmt::format("is not valid UTF-8 at byte {}", ill_formed + 1);
    fault.hint = encoding_hint(line);
  } else if (out_of_range_) {
    fault.text = fmt::format("has a number that is out of range at byte {}", read);
    fault.hint = "Numbers go up to 1.8e308, and those of a plan not nearly so far.";
  } else if (read > line.size()) {
    fault.text = fmt::format("is not valid JSON: it breaks off after byte {}", line.size());
  } else {
    fault.text = fmt::format("is not valid JSON at byte {}", read);
  }
  return fault;
}

Document Builder::finish(std::string_view line) && {
  // nlohmann takes a zero byte for the end of its input and would ignore what follows.
  const auto zero = line.find('\0');
  if (!fault_ && !syntax_error_ && zero != std::string_view::npos) syntax_error_ = zero + 1;
  if (syntax_error_) fault_ = syntax_fault(line);
  return {.root = std::move(root_), .fault = std::move(fault_)};
}

}  // namespace

Document read_document(std::string_view line) {
  Builder builder;
  const bool complete = OrderedJson::sax_parse(line.begin(), line.end(), &builder);
  static_cast<void>(complete);  // finish() tells more
  return std::move(builder).finish(line);
}

std::string pointer_to(std::string_view pointer, std::string_view key) {
  std::string result = std::string(pointer) + "/";
  for (const char c : core::printable(key, longest_token)) {
    if (c == '~')
      result += "~0";
    else if (c == '/')
      result += "~1";
    else
      result += c;
  }
  return result;
}

}  // namespace smolfleet::plan
