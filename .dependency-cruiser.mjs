// The laws of import. `npm run laws` holds them over lib/, functions/ and infra/, and test/laws/ holds that each of them sees what it forbids.
// Rooms are the folders of lib/. What stands in `comment` is what to do instead.

import { Visitor } from "@swc/core/Visitor.js";

// The visitor that dependency-cruiser builds on is older than `using`: for imports it is like `const`.
const { visitStatement } = Visitor.prototype;
Visitor.prototype.visitStatement = function visitAlsoUsing(statement) {
  if (statement.type !== "UsingDeclaration") return visitStatement.call(this, statement);
  this.visitVariableDeclarators(statement.decls);
  return statement;
};

const JOBS = "^lib/jobs/";
/** What silences, routes and rules are. */
const ROUTING = "^lib/routing/";
/** What cluster, stores and receivers may share: it imports nothing itself. */
const LEAVES = "^lib/(version[.]ts$|text/|signing/)";
/** What the use cases see of the rooms that touch the outside. */
const INTERFACES = "^lib/(cluster/(cluster|access)|store/(store|bucket)|receivers/receiver)[.]ts$";
/** The parts of which one is chosen: cluster access, stores, receivers. */
const CHOICES = "^lib/(cluster/((http-cluster|job-api)[.]ts$|auth/)|store/[^/]+/|receivers/[^/]+/)";
const PACKAGES = "(^|/)node_modules/";
const MUSTACHE = "(^|/)node_modules/(@types/)?mustache/";
const ZOD = "(^|/)node_modules/zod/";
const CRYPTO = "^(node:)?crypto$";

/** @type {import("dependency-cruiser").IConfiguration} */
export default {
  forbidden: [
    {
      name: "no-cycles",
      comment: "Two files that need each other are one, or both need a third: move what they share there. Types count.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "nothing-unresolved",
      comment: "An import that leads nowhere escapes every law: correct its path, or install the package.",
      severity: "error",
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: "shipped-packages-only",
      comment:
        "The published package installs `dependencies` only: list it there, or as an optional peer that is loaded late.",
      severity: "error",
      // The commands do not reach it: it is for functions, which are bundled with what they need.
      from: { path: "^lib/", pathNot: "^lib/cloud/" },
      to: { dependencyTypes: ["npm-dev", "npm-no-pkg", "npm-unknown"], dependencyTypesNot: ["npm-peer"] },
    },
    {
      name: "borders-are-written-out",
      comment: "Write `#room/file`, so that a reader sees that the import leaves the room.",
      severity: "error",
      from: { path: "^lib/([^/]+)/" },
      to: { path: "^lib/", pathNot: "^lib/$1/", dependencyTypesNot: ["aliased-subpath-import"] },
    },
    {
      name: "jobs-is-pure",
      comment: "What a job is depends on nothing: pass time, chance and what was read as arguments.",
      severity: "error",
      from: { path: JOBS },
      to: { pathNot: [JOBS, ZOD, CRYPTO] },
    },
    {
      name: "jobs-parses-in-kinds",
      comment: "Objects from outside are read in lib/jobs/kinds/. Beyond that door there are plain types.",
      severity: "error",
      from: { path: JOBS, pathNot: "^lib/jobs/kinds/" },
      to: { path: ZOD },
    },
    {
      name: "jobs-hashes-in-event",
      comment: "Only an event's id is a digest: use eventId of lib/jobs/event.ts.",
      severity: "error",
      from: { path: JOBS, pathNot: "^lib/jobs/event[.]ts$" },
      to: { path: CRYPTO },
    },
    {
      name: "routing-is-pure",
      comment: "Who hears of an event depends on the event and the routes: pass them as arguments.",
      severity: "error",
      from: { path: "^lib/routing/" },
      to: { pathNot: [JOBS, ROUTING, "^lib/text/clean[.]ts$"] },
    },
    {
      name: "rules-are-pure",
      comment: "What a rule over time raises depends on what is remembered and the time: pass them as arguments.",
      severity: "error",
      from: { path: "^lib/rules/" },
      to: { pathNot: [JOBS, "^lib/rules/"] },
    },
    {
      name: "interfaces-know-jobs-only",
      comment:
        "An interface speaks of jobs, events and silences. What an adapter needs beyond that stands in the adapter.",
      severity: "error",
      from: { path: INTERFACES },
      to: { pathNot: [JOBS, "^lib/routing/silence[.]ts$"] },
    },
    {
      name: "use-cases-see-interfaces",
      comment:
        "Polling and delivery take cluster, store, receivers, clock and pauses as arguments: name the interface.",
      severity: "error",
      from: { path: "^lib/(polling|delivery)/" },
      // A digest is no I/O, nor is what is compressed.
      to: {
        pathNot: ["^lib/$1/", JOBS, ROUTING, "^lib/(rules|explain)/", INTERFACES, PACKAGES, CRYPTO, "^(node:)?zlib$"],
      },
    },
    {
      name: "explain-sees-the-cluster",
      comment: "Why a job failed is read through the cluster's interface, and from nothing else.",
      severity: "error",
      from: { path: "^lib/explain/" },
      to: { pathNot: ["^lib/explain/", JOBS, "^lib/cluster/cluster[.]ts$", LEAVES, PACKAGES] },
    },
    {
      name: "cluster-stands-alone",
      comment: "A cluster knows nothing of stores, receivers and configuration: let lib/wiring.ts bring them together.",
      severity: "error",
      from: { path: "^lib/cluster/" },
      to: { path: "^lib/", pathNot: ["^lib/cluster/", JOBS, LEAVES] },
    },
    {
      name: "store-stands-alone",
      comment: "A store knows nothing of clusters, receivers and configuration: let lib/wiring.ts bring them together.",
      severity: "error",
      from: { path: "^lib/store/" },
      to: { path: "^lib/", pathNot: ["^lib/store/", JOBS, ROUTING, LEAVES] },
    },
    {
      name: "receivers-stand-alone",
      comment: "A receiver knows nothing of clusters, stores and configuration: let lib/wiring.ts bring them together.",
      severity: "error",
      from: { path: "^lib/receivers/" },
      to: { path: "^lib/", pathNot: ["^lib/receivers/", "^lib/words/", JOBS, LEAVES] },
    },
    {
      name: "words-are-of-no-receiver",
      comment:
        "What an event is called depends on the event and the language. How it is shown is for a receiver to know.",
      severity: "error",
      from: { path: "^lib/words/" },
      to: { pathNot: ["^lib/words/", JOBS, "^lib/receivers/receiver[.]ts$", LEAVES] },
    },
    {
      name: "adapters-stand-apart",
      comment: "Each store and each receiver can be taken away alone: move what two of them share to their room.",
      severity: "error",
      from: { path: "^lib/(store|receivers)/([^/]+)/" },
      to: { path: "^lib/(store|receivers)/[^/]+/", pathNot: "^lib/$1/$2/" },
    },
    {
      name: "rooms-do-not-know-adapters",
      comment: "What all stores, or all receivers, share must not depend on one of them.",
      severity: "error",
      from: { path: "^lib/(store|receivers)/[^/]+[.]ts$" },
      to: { path: "^lib/$1/[^/]+/" },
    },
    {
      name: "sim-stands-alone",
      comment: "The simulated cluster is an API server of its own: sharing the client's code would hide its mistakes.",
      severity: "error",
      from: { path: "^lib/sim/" },
      to: { path: "^lib/", pathNot: ["^lib/sim/", JOBS] },
    },
    {
      name: "sim-is-for-the-demo",
      comment: "Only `jobbell demo` and tests run the simulated cluster.",
      severity: "error",
      from: { path: "^lib/", pathNot: ["^lib/sim/", "^lib/cli/demo[.]ts$"] },
      to: { path: "^lib/sim/" },
    },
    {
      name: "config-knows-jobs-routes-and-rules",
      comment: "A configuration says what is wanted. What is made of it is for lib/wiring.ts to know.",
      severity: "error",
      from: { path: "^lib/config/" },
      to: { path: "^lib/", pathNot: ["^lib/config/", JOBS, ROUTING, "^lib/rules/rule[.]ts$", LEAVES] },
    },
    {
      name: "config-is-read-at-the-edge",
      comment: "Take what you need as an argument: only lib/wiring, lib/cli/ and lib/cloud/ know the configuration.",
      severity: "error",
      from: { path: "^lib/", pathNot: "^lib/(config/|cli/|cloud/|wiring([.]ts$|/))" },
      to: { path: "^lib/config/" },
    },
    {
      name: "only-wiring-chooses",
      comment:
        "Open stores, receivers and clusters in lib/wiring.ts. Only lib/cli/demo.ts opens its own, simulated ones.",
      severity: "error",
      from: { path: "^lib/cli/", pathNot: "^lib/cli/demo[.]ts$" },
      to: { path: CHOICES },
    },
    {
      name: "wiring-is-for-commands",
      comment: "A room that needs what wiring opens takes it as an argument.",
      severity: "error",
      from: { path: "^lib/", pathNot: "^lib/(cli/|cloud/|wiring([.]ts$|/))" },
      to: { path: "^lib/wiring([.]ts$|/)" },
    },
    {
      name: "nothing-needs-the-cli",
      comment: "Commands are a way in. What others need of them belongs in a room.",
      severity: "error",
      from: { path: "^lib/", pathNot: "^lib/cli/" },
      to: { path: "^lib/cli/" },
    },
    {
      name: "nothing-needs-the-cloud",
      comment: "What a function has around a use case is for functions. What others need of it belongs in a room.",
      severity: "error",
      from: { path: "^(lib|infra)/", pathNot: "^lib/cloud/" },
      to: { path: "^(lib/cloud|functions)/" },
    },
    {
      name: "functions-are-ways-in",
      comment: "A function parses nothing and decides nothing: let it hand its event to a file of lib/cloud/.",
      severity: "error",
      from: { path: "^functions/" },
      to: { pathNot: ["^lib/cloud/", PACKAGES] },
    },
    {
      name: "infra-knows-the-configuration",
      comment: "What is packaged depends on the configuration, and on nothing else of what it does.",
      severity: "error",
      from: { path: "^infra/" },
      to: { path: "^(lib|functions)/", pathNot: "^lib/config/" },
    },
    {
      name: "leaves-import-nothing",
      comment: "Everybody may import these files because they import nobody.",
      severity: "error",
      from: { path: LEAVES },
      // A digest is no I/O, nor are lists of networks, nor is what fills in templates.
      to: { pathNot: ["^lib/$1", CRYPTO, MUSTACHE, "^(node:)?net$"] },
    },
  ],
  options: {
    // TypeScript 7 has no JavaScript API. This parser sees type imports as well, but no `import("…")` within a type.
    parser: "swc",
    doNotFollow: { path: "node_modules" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["jobbell-source", "import", "node", "default"],
    },
  },
};
