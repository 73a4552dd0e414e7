// Names of parameters and secrets in .build/secrets.json -> statements of the functions' roles. osls calls these: it loads
// JavaScript, and no TypeScript.

const NOTHING = { Ref: "AWS::NoValue" };

export const clusterParameters = ({ resolveVariable }) => parameters("clusters", resolveVariable);
export const clusterSecrets = ({ resolveVariable }) => secrets("clusters", resolveVariable);
export const receiverParameters = ({ resolveVariable }) => parameters("receivers", resolveVariable);
export const receiverSecrets = ({ resolveVariable }) => secrets("receivers", resolveVariable);

async function parameters(whose, resolveVariable) {
  const names = await resolveVariable(`file(.build/secrets.json):${whose}.ssm`);
  return statement("Parameters", "ssm:GetParameter", names.map(parameterArn));
}

async function secrets(whose, resolveVariable) {
  const names = await resolveVariable(`file(.build/secrets.json):${whose}.secretsManager`);
  return statement("Secrets", "secretsmanager:GetSecretValue", names.map(secretArn));
}

// An empty list of resources is not valid.
function statement(Sid, Action, Resource) {
  return Resource.length === 0 ? NOTHING : { Sid, Effect: "Allow", Action, Resource };
}

// A version or label behind the name is no part of the ARN.
function parameterArn(name) {
  if (name.startsWith("arn:")) return exactly(name);
  const path = name.replace(/^\//, "").replace(/:.*$/, "");
  return inAccount("ssm", `parameter/${exactly(path)}`);
}

// The ARN of a secret ends in six characters that nobody knows before it is made.
function secretArn(name) {
  if (!name.startsWith("arn:")) return inAccount("secretsmanager", `secret:${exactly(name)}-??????`);
  return /-[A-Za-z0-9]{6}$/.test(name) ? exactly(name) : `${exactly(name)}-??????`;
}

function inAccount(service, resource) {
  return { "Fn::Sub": `arn:\${AWS::Partition}:${service}:\${AWS::Region}:\${AWS::AccountId}:${resource}` };
}

// In a policy these stand for anything: a typing error must not open all parameters of the account.
function exactly(name) {
  if (/[*?$]/.test(name)) throw new Error(`${name}: a parameter or secret has no such name`);
  return name;
}
