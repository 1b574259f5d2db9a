// Shows /openapi/openapi.json. Nothing can be sent from here: commands need tokens that no page should be given.

window.SwaggerUIBundle({
  url: "/openapi/openapi.json",
  dom_id: "#api",
  deepLinking: false,
  supportedSubmitMethods: [],
  validatorUrl: null,
});
