import { chromium } from '@playwright/test'
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { findChromium } from './bin/find-chromium.mjs'
import { serveStatic } from './bin/serve-static.mjs'; await serveStatic({folder:'dist/site',port:4571,isFixed:true})

const b = await chromium.launch({ executablePath: '/usr/bin/chromium', args:['--no-sandbox','--disable-gpu'] })
const page = await b.newPage({ viewport:{width:1440,height:1000} })
page.on('console',m=>{ if(m.type()==='error') console.log('console',m.text()) }); page.on('pageerror',e=>console.log('pageerror',e.message))
await page.goto('http://127.0.0.1:4571/#/exercise/fraud-flag')
await page.waitForSelector('.check')
await page.screenshot({path:'/tmp/s1.png'})
await page.locator('.check .start').click()
await page.waitForSelector('.check[data-verdict=failed]',{timeout:60000})
await page.waitForTimeout(3000)
await page.locator('.check').scrollIntoViewIfNeeded()
await page.screenshot({path:'/tmp/s2.png'})
console.log(await page.locator('.check .hash').innerText().catch(()=>''))
// wrong answer
const text = readFileSync('exercises/01-fraud-flag/wrong/class-member/FraudDetector.ts','utf8')
async function write(t){ const cell = page.locator('[data-file="FraudDetector.ts"]'); await cell.scrollIntoViewIfNeeded(); await cell.locator('.monaco-editor, pre').first().click(); await page.waitForSelector('[data-file="FraudDetector.ts"] .monaco-editor'); await page.keyboard.press('Control+A'); await page.keyboard.press('Delete'); await page.context().grantPermissions(['clipboard-read','clipboard-write']); await page.evaluate(t=>navigator.clipboard.writeText(t),t); await page.keyboard.press('Control+V'); await page.waitForTimeout(1500)}
await write(text)
await page.locator('.check .start').click()
await page.waitForFunction(()=>document.querySelector('.check')?.dataset.explanation==='class-member',null,{timeout:60000})
await page.locator('.check').scrollIntoViewIfNeeded()
await page.screenshot({path:'/tmp/s3.png', fullPage:false})
await page.locator('.check').screenshot({path:'/tmp/s3b.png'})
console.log(await page.locator('.check .hash').innerText())
await page.locator('.watch').click(); await page.waitForTimeout(2500)
await page.screenshot({path:'/tmp/s4.png'})
await page.keyboard.press('Escape')
await page.waitForTimeout(1500)
await write(readFileSync('exercises/01-fraud-flag/solution/FraudDetector.ts','utf8'))
await page.locator('.check .start').click()
await page.waitForSelector('.check[data-verdict=passed]',{timeout:60000})
for (let i=0;i<4;i++){ await page.waitForTimeout(1500); await page.locator('.check .start').click(); await page.waitForTimeout(200); await page.waitForSelector('.check[data-verdict=passed] [data-check-hash]',{timeout:60000}); console.log(await page.locator('.check .hash').innerText()) }
await page.locator('.check').screenshot({path:'/tmp/s5.png'})
await b.close(); process.exit(0)
