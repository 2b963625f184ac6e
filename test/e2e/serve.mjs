// Serves the built site for the end-to-end tests, built first if it isn't fresh.
import { buildSite, isSiteFresh, siteFolder } from '../../bin/build-site.mjs'
import { serveStatic } from '../../bin/serve-static.mjs'

if (!isSiteFresh()) await buildSite()
const port = await serveStatic({ folder: siteFolder, port: Number(process.env.PORT), isFixed: true })
console.log(`http://127.0.0.1:${port}/`)
