import { defineConfig } from "@medusajs/framework/utils"

const here = "http://127.0.0.1"

module.exports = defineConfig({
  admin: { disable: true },
  projectConfig: {
    databaseUrl: process.env.DATABASE_URL,
    // Nothing but the tests ever talks to this shop: the secrets protect nothing.
    http: { storeCors: here, adminCors: here, authCors: here, jwtSecret: "test", cookieSecret: "test" },
  },
})
