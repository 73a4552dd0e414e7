import { fromEnv } from "@aws-sdk/credential-provider-env";

/** Stands in a bundle for the SDK's chain of credentials: a function has its role's in the environment, always. The chain's other links are 85 kB. */
export const defaultProvider = () => fromEnv();
