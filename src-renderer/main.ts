import './client/trusted-types.ts'
import '@fontsource-variable/inter'
import { mount } from 'svelte'
import Root from './App.svelte'
import { connectToShell } from './client/index.ts'
import { App } from './state/app.svelte.ts'
import { holdWhileUnsaved } from './state/unload.ts'
import './ui/tokens.css'
import './ui/base.css'

const target = document.getElementById('app')
if (!target) throw new Error('index.html has no element "app"')

const app = new App(await connectToShell())
holdWhileUnsaved(window, () => app.project?.editing.saving)
mount(Root, { target, props: { app } })
