// The only header that includes Asio, and the one place for differences between its versions.
#pragma once

#include <asio.hpp>

#if ASIO_VERSION < 102400
#include <asio/experimental/as_tuple.hpp>
#endif

namespace smolfleet::core {

/// A coroutine on the program's one event loop that ends with a T.
template <class T>
using Awaitable = asio::awaitable<T>;

/// What a coroutine runs on. There is one loop and one thread, so there is nothing to choose.
using Executor = asio::any_io_executor;

namespace this_coro = asio::this_coro;

#if ASIO_VERSION < 102400
using asio::experimental::as_tuple;
#else
using asio::as_tuple;
#endif

/// Completion token: co_await gives the operation's error code and results as a tuple, it never
/// throws.
inline constexpr auto as_value = as_tuple(asio::use_awaitable);

}  // namespace smolfleet::core
