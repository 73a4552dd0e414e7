import { type Packaged, packaged } from "../support/template.ts";

const KEY = "arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555";

let plain: Promise<Packaged> | undefined;
let full: Promise<Packaged> | undefined;

/** Nothing but defaults. Each packaging is seconds of osls: it is shared. */
export function byDefault(): Promise<Packaged> {
  plain ??= packaged();
  return plain;
}

/** Another stage, with all that may be chosen. */
export function withEverything(): Promise<Packaged> {
  full ??= packaged({
    stage: "prod",
    params: {
      alarmEmail: "oncall@example.com",
      dashboard: "false",
      retryWorkers: 4,
      tableKeyArn: KEY,
      secretsKeyArns: `${KEY},${KEY}0`,
      subnetIds: "subnet-0123456789abcdef0,subnet-0123456789abcdef1",
      securityGroupIds: "sg-0123456789abcdef0",
      pollConcurrency: 40,
      logRetentionDays: 7,
    },
  });
  return full;
}
