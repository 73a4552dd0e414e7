import { isObject, ofType, type Template as Packaged } from "../support/template.ts";
import { ACCOUNT, arnOf, REGION } from "./names.ts";

/** A template as deployed in the account of the test, where each resource has the name that the template gives it. */
export interface Template {
  /** The properties of the resources of a type, by name, with what they refer to in its place. */
  resources<Properties>(type: string): ReadonlyMap<string, Properties>;
}

export function openTemplate(template: Packaged): Template {
  const resolve = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(resolve);
    if (!isObject(node)) return node;
    if (typeof node.Ref === "string") return PSEUDO[node.Ref] ?? node.Ref;
    if ("Fn::GetAtt" in node) return attributeOf(...(node["Fn::GetAtt"] as [string, string]));
    if ("Fn::Sub" in node) return substitute(String(node["Fn::Sub"]));
    if ("Fn::Join" in node) return join(...(node["Fn::Join"] as [string, unknown]));
    return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, resolve(value)]));
  };

  const join = (separator: string, parts: unknown) => (resolve(parts) as unknown[]).join(separator);

  const substitute = (text: string) =>
    text.replaceAll(/\$\{([^}]+)\}/g, (_, name: string) => {
      const [resource = "", attribute] = name.split(".");
      return PSEUDO[name] ?? (attribute === undefined ? resource : attributeOf(resource, attribute));
    });

  const attributeOf = (name: string, attribute: string) => {
    const arn = arnOfResource(template.Resources[name]?.Type ?? "", name);
    if (attribute === "Arn") return arn;
    if (attribute === "StreamArn") return `${arn}/stream/*`;
    throw new Error(`nobody knows ${attribute} of ${name} here`);
  };

  return {
    resources: <Properties>(type: string) =>
      new Map(ofType(template, type).map(([name, { Properties }]) => [name, resolve(Properties) as Properties])),
  };
}

const PSEUDO: Readonly<Record<string, string>> = {
  "AWS::Partition": "aws",
  "AWS::Region": REGION,
  "AWS::AccountId": ACCOUNT,
  "AWS::URLSuffix": "amazonaws.com",
};

/** Exact where the test compares it with what was called. */
function arnOfResource(type: string, name: string): string {
  const [, service = "", kind = ""] = type.split("::");
  switch (type) {
    case "AWS::DynamoDB::Table":
      return arnOf("dynamodb", `table/${name}`);
    case "AWS::SQS::Queue":
      return arnOf("sqs", name);
    case "AWS::Lambda::Function":
      return arnOf("lambda", `function:${name}`);
    default:
      return arnOf(service.toLowerCase(), `${kind.toLowerCase()}/${name}`);
  }
}
