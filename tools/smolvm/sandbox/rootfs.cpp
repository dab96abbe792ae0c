// The mounts of a guest. One overlay per top-level directory: the kernel refuses a single one over
// `/` to ordinary users, because that has other mounts below it.
#include "sandbox/rootfs.hpp"

#include "sandbox/top_level.hpp"
#include "support/fd.hpp"
#include "support/text.hpp"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>

namespace smolfleet::standin {
namespace {

namespace fs = std::filesystem;

/// mount(2), and an error that names the mount.
Result<void> mount_on(const fs::path& target, const char* source, const char* type,
                      unsigned long flags, const std::string& options = {}) {
  if (::mount(source, target.c_str(), type, flags, options.c_str()) == 0) return {};
  return fail(cat("mount ", type == nullptr ? source : type, " on ", target.native(), ": ",
                  os_error(errno)));
}

Result<void> make_directories(const fs::path& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error) return fail(cat("create ", path.native(), ": ", os_error(error.value())));
  return {};
}

/// Builds a root under the machine's directory, part by part.
class RootBuilder {
 public:
  explicit RootBuilder(const BootPlan& plan)
      : plan_(plan), directory_(plan.directory), root_(directory_ / "rootfs") {}

  Result<void> build() {
    auto done = make_directories(root_);
    if (done) done = mount_on(root_, "tmpfs", "tmpfs", 0, "mode=0755");
    if (done) done = add_base();
    if (done) done = add_system();
    return done;
  }

  [[nodiscard]] const fs::path& root() const { return root_; }

 private:
  Result<void> add_base() {
    const auto entries = top_level(plan_.base);
    if (!entries) return fail(cat("list ", plan_.base, ": ", os_error(entries.error())));
    for (const auto& entry : *entries) {
      const auto added = add(entry);
      if (!added) return added;
    }
    return {};
  }

  Result<void> add(const TopLevel& entry) {
    const auto target = root_ / entry.name;
    if (entry.kind == TopLevel::Kind::link) {
      if (::symlink(entry.target.c_str(), target.c_str()) == 0) return {};
      return fail(cat("link ", target.native(), ": ", os_error(errno)));
    }
    auto done = make_directories(target);
    if (done && entry.kind == TopLevel::Kind::overlaid) done = overlay(entry.name, target);
    return done;
  }

  /// The writable layer lies in the machine's directory if that works; a tmpfs of the guest serves
  /// if that directory is on an overlay itself, or below the very directory that is being overlaid.
  Result<void> overlay(const std::string& name, const fs::path& target) {
    const auto base = fs::path(plan_.base) / name;
    const auto bones = plan_.skeleton.empty() ? fs::path() : fs::path(plan_.skeleton) / name;
    auto done = overlay_with(base, bones, directory_ / "overlay" / name, target);
    if (done) return done;
    done = ensure_scratch();
    if (!done) return done;
    // The skeleton may lie below that directory, too; a copy in the scratch doesn't.
    const auto copied_bones = bones.empty() ? bones : directory_ / "scratch" / (name + ".skeleton");
    std::error_code error;
    constexpr auto directories = fs::copy_options::recursive | fs::copy_options::directories_only;
    if (!bones.empty()) fs::copy(bones, copied_bones, directories, error);
    if (error) return fail(cat("copy ", bones.native(), ": ", os_error(error.value())));
    return overlay_with(base, copied_bones, directory_ / "scratch" / name, target);
  }

  Result<void> overlay_with(const fs::path& base, const fs::path& bones, const fs::path& layers,
                            const fs::path& target) {
    auto done = make_directories(layers / "work");
    if (done) done = make_upper(base, layers / "upper");
    if (!done) return done;
    // A base that this user can't list can't be merged: the skeleton stands alone.
    auto lower = bones.native();
    if (bones.empty() || is_listable(base)) lower += cat(bones.empty() ? "" : ":", base.native());
    auto options = cat("lowerdir=", lower, ",upperdir=", (layers / "upper").native(),
                       ",workdir=", (layers / "work").native());
    // Inside a user namespace the overlay may not use trusted.* attributes.
    if (!plan_.skeleton.empty() || in_user_namespace()) options += ",userxattr";
    return mount_on(target, "overlay", "overlay", 0, options);
  }

  /// The upper directory gives the merged one its mode and owner.
  Result<void> make_upper(const fs::path& base, const fs::path& upper) {
    auto done = make_directories(upper);
    struct stat original{};
    if (!done || ::stat(base.c_str(), &original) != 0) return done;
    if (!in_user_namespace() && ::chown(upper.c_str(), original.st_uid, original.st_gid) != 0) {
      return fail(cat("chown ", upper.native(), ": ", os_error(errno)));
    }
    if (::chmod(upper.c_str(), original.st_mode & 07777) == 0) return done;
    return fail(cat("chmod ", upper.native(), ": ", os_error(errno)));
  }

  Result<void> ensure_scratch() {
    if (has_scratch_) return {};
    auto done = make_directories(directory_ / "scratch");
    if (done) done = mount_on(directory_ / "scratch", "tmpfs", "tmpfs", 0, "mode=0700");
    has_scratch_ = done.has_value();
    return done;
  }

  Result<void> add_system() {
    for (const auto* name : {"proc", "sys", "dev", "tmp", "run"}) {
      const auto made = make_directories(root_ / name);
      if (!made) return made;
    }
    auto done = mount_on(root_ / "proc", "proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC);
    if (done) done = mount_on(root_ / "sys", "/sys", nullptr, MS_BIND | MS_REC);
    if (done) done = mount_on(root_ / "dev", "/dev", nullptr, MS_BIND | MS_REC);
    if (done) done = mount_on(root_ / "tmp", "tmpfs", "tmpfs", 0, "mode=1777");
    if (done) done = mount_on(root_ / "run", "tmpfs", "tmpfs", 0, "mode=0755");
    return done;
  }

  /// Whether uid 0 here is somebody else outside.
  static bool in_user_namespace() {
    static const bool inside = [] {
      const auto map = read_file("/proc/self/uid_map");
      return map && !map->contains("4294967295");
    }();
    return inside;
  }

  const BootPlan& plan_;
  fs::path directory_;
  fs::path root_;
  bool has_scratch_ = false;
};

/// A volume as a detached mount: taken while the host's paths still exist, attached once they
/// don't.
Result<Fd> take_volume(const Mount& mount) {
  Fd tree(::open_tree(AT_FDCWD, mount.host.c_str(),
                      OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE));
  if (!tree.is_open()) return fail(cat("volume ", mount.host, ": ", os_error(errno)));
  mount_attr read_only{};
  read_only.attr_set = MOUNT_ATTR_RDONLY;
  if (mount.read_only && ::mount_setattr(tree.get(), "", AT_EMPTY_PATH | AT_RECURSIVE, &read_only,
                                         sizeof read_only) != 0) {
    return fail(cat("volume ", mount.host, ": ", os_error(errno)));
  }
  return tree;
}

Result<void> attach_volume(const Fd& tree, const Mount& mount) {
  auto made = make_directories(mount.guest);
  if (!made) return made;
  if (::move_mount(tree.get(), "", AT_FDCWD, mount.guest.c_str(), MOVE_MOUNT_F_EMPTY_PATH) == 0) {
    return {};
  }
  return fail(cat("volume on ", mount.guest, ": ", os_error(errno)));
}

/// Makes `root` the root directory and lets the old one go. Both lie at the same place for a
/// moment: this form needs no directory to put the old one (pivot_root(2), "pivot_root(".", ".")").
Result<void> change_root(const fs::path& root) {
  if (::chdir(root.c_str()) != 0 || ::syscall(SYS_pivot_root, ".", ".") != 0 ||
      ::umount2(".", MNT_DETACH) != 0 || ::chdir("/") != 0) {
    return fail(cat("pivot_root to ", root.native(), ": ", os_error(errno)));
  }
  return {};
}

}  // namespace

Result<void> enter_rootfs(const BootPlan& plan) {
  // Overlay options are one string: these characters would end a path in it.
  for (const auto& path : {plan.directory, plan.base}) {
    if (path.find_first_of(":,\\") == path.npos) continue;
    return fail(cat("overlays can't use ", path, ", which contains ':', ',' or '\\'"));
  }
  // Nothing that is mounted from here on shall reach the host.
  auto done = mount_on("/", "/", nullptr, MS_REC | MS_PRIVATE);
  if (!done) return done;
  std::vector<Fd> volumes;
  for (const auto& mount : plan.mounts) {
    auto tree = take_volume(mount);
    if (!tree) return std::unexpected(tree.error());
    volumes.push_back(*std::move(tree));
  }
  RootBuilder builder(plan);
  done = builder.build();
  if (done) done = change_root(builder.root());
  for (std::size_t i = 0; done && i < volumes.size(); ++i) {
    done = attach_volume(volumes[i], plan.mounts[i]);
  }
  return done;
}

}  // namespace smolfleet::standin
