import type { Use } from "./calls.ts";
import type { Template } from "./template.ts";

interface Statement {
  readonly Effect: "Allow" | "Deny";
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
}

interface RoleProperties {
  readonly Policies: readonly { readonly PolicyDocument: { readonly Statement: readonly Statement[] } }[];
}

/** What a role lets its function do: every action with every resource that it names, resources as patterns. */
export function permissionsOf(template: Template, role: string): readonly Use[] {
  const { Policies } = template.resources<RoleProperties>("AWS::IAM::Role").get(role) ?? { Policies: [] };
  return Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement).flatMap(({ Effect, Action, Resource }) => {
    if (Effect !== "Allow") throw new Error(`${role} denies something: that is not known here`);
    return [Action].flat().flatMap((action) => [Resource].flat().map((resource) => ({ action, resource })));
  });
}

/** Whether a permission covers a use, as IAM compares them. */
export function covers(permission: Use, use: Use): boolean {
  return permission.action === use.action && patternOf(permission.resource).test(use.resource);
}

function patternOf(resource: string): RegExp {
  const escaped = resource.replaceAll(/[.+^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${escaped.replaceAll("*", ".*").replaceAll("?", ".")}$`);
}
