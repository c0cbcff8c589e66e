/** How the commands are typed in a checkout, for advice; the version is that of package.json. */
const pnpm = "npx -y pnpm@12.21.0";

export const invocation = {
  start: `${pnpm} start`,
  build: `${pnpm} build`,
  darkroom: `${pnpm} -s darkroom`,
} as const;
