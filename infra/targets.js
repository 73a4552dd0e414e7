// Topics and buses in .build/targets.json -> statements of the functions' roles. osls calls these: it loads JavaScript, and
// no TypeScript.

const NOTHING = { Ref: "AWS::NoValue" };

export async function topics({ resolveVariable }) {
  return statement("Topics", "sns:Publish", (await resolveVariable("file(.build/targets.json):topics")).map(exactly));
}

export async function buses({ resolveVariable }) {
  return statement("Buses", "events:PutEvents", (await resolveVariable("file(.build/targets.json):buses")).map(busArn));
}

// An empty list of resources is not valid.
function statement(Sid, Action, Resource) {
  return Resource.length === 0 ? NOTHING : { Sid, Effect: "Allow", Action, Resource };
}

function busArn({ bus, region = `\${AWS::Region}` }) {
  if (bus.startsWith("arn:")) return exactly(bus);
  return { "Fn::Sub": `arn:\${AWS::Partition}:events:${region}:\${AWS::AccountId}:event-bus/${exactly(bus)}` };
}

// In a policy these stand for anything: a typing error must not open all topics of the account.
function exactly(name) {
  if (/[*?$]/.test(name)) throw new Error(`${name}: a topic or bus has no such name`);
  return name;
}
