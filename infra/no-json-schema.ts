/** Stands in a bundle for zod's JSON Schemas, which no function makes: 19 kB that its schemas bring along. */
const unused = (): never => {
  throw new Error("a function makes no JSON Schema");
};

export {
  unused as allProcessors,
  unused as createStandardJSONSchemaMethod,
  unused as createToJSONSchemaMethod,
  unused as extractDefs,
  unused as finalize,
  unused as initializeContext,
  unused as processSchema,
  unused as toJSONSchema,
};
