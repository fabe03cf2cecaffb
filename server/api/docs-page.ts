/** The page around swagger-ui. Its scripts are files of their own, so that none needs to be allowed inline. */
export const docsText = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>CQA Standard API</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="swagger-ui.css">
<link rel="stylesheet" href="page.css">
<script src="swagger-ui-bundle.js" defer></script>
<script src="start.js" defer></script>
</head>
<body>
<noscript>This page needs JavaScript. The document itself is at <a href="../openapi.json">openapi.json</a>.</noscript>
<main id="docs"></main>
</body>
</html>
`;

export const docsScript = `SwaggerUIBundle({
  url: '../openapi.json',
  dom_id: '#docs',
  deepLinking: true,
  docExpansion: 'list',
  defaultModelsExpandDepth: -1,
  displayRequestDuration: true,
  tryItOutEnabled: true,
  persistAuthorization: false,
  validatorUrl: null,
  presets: [SwaggerUIBundle.presets.apis],
});
const dark = matchMedia('(prefers-color-scheme: dark)');
const follow = () => document.documentElement.classList.toggle('dark-mode', dark.matches);
dark.addEventListener('change', follow);
follow();
`;

export const docsStyle = `body { margin: 0; }
.swagger-ui .opblock-body { overflow-x: auto; }
html.dark-mode, html.dark-mode body { background: #1c2022; color-scheme: dark; }
`;
