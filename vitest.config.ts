import { defineConfig } from "vitest/config";

/** For editors and `vitest` at the root; each package also runs its own tests by `turbo run test`. */
export default defineConfig({
  test: {
    projects: ["packages/lambda", "packages/*/*", "apps/*"],
  },
});
