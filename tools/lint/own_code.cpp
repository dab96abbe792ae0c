// A plugin for clang-tidy (tools/tidy builds and loads it): the checks walk our own declarations
// only. By itself clang-tidy 19 walks all that a source includes, finds its faults in Asio and the
// standard library too, and then keeps them to itself; that is five sixths of its time.
#include <clang/AST/ASTConsumer.h>
#include <clang/AST/ASTContext.h>
#include <clang/Basic/SourceManager.h>
#include <clang/Frontend/CompilerInstance.h>
#include <clang/Frontend/FrontendPluginRegistry.h>

#include <memory>
#include <string>
#include <vector>

namespace {

class OwnCode final : public clang::ASTConsumer {
 public:
  void HandleTranslationUnit(clang::ASTContext& context) override {
    const auto& sources = context.getSourceManager();
    std::vector<clang::Decl*> own;
    for (auto* declaration : context.getTranslationUnitDecl()->decls()) {
      const auto at = sources.getExpansionLoc(declaration->getLocation());
      if (at.isValid() && !sources.isInSystemHeader(at)) own.push_back(declaration);
    }
    context.setTraversalScope(own);
  }
};

class NarrowScope final : public clang::PluginASTAction {
 protected:
  std::unique_ptr<clang::ASTConsumer> CreateASTConsumer(clang::CompilerInstance& /*compiler*/,
                                                        llvm::StringRef /*file*/) override {
    return std::make_unique<OwnCode>();
  }
  bool ParseArgs(const clang::CompilerInstance& /*compiler*/,
                 const std::vector<std::string>& /*arguments*/) override {
    return true;
  }
  ActionType getActionType() override { return AddBeforeMainAction; }
};

// The registry links to this object, so it is no constant.
clang::FrontendPluginRegistry::Add<NarrowScope> registered("own-code",
                                                           "walks our own declarations only");

}  // namespace
