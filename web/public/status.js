// The page's one moving part: whether the API behind this Hosting answers.
const status = document.getElementById('status')
const everyMs = 30_000

document.getElementById('api').textContent = `${location.origin}/api`
await show()
setInterval(show, everyMs)

async function show() {
  // A page that nobody looks at does not have to ask.
  if (document.hidden && status.dataset.state !== 'asking') return
  const startedAt = performance.now()
  try {
    const answer = await fetch('/api/health', {
      cache: 'no-store',
      signal: AbortSignal.timeout(5000),
    })
    const took = Math.round(performance.now() - startedAt)
    // Left unread, the answer would still be under way when the time limit strikes.
    await answer.arrayBuffer()
    if (answer.ok) say('good', `API answers in ${took} ms`)
    else say('bad', `API answers ${answer.status}`)
  } catch {
    say('bad', 'API does not answer')
  }
}

function say(state, text) {
  // Screen readers speak every change: the milliseconds alone are not worth it.
  if (status.dataset.state === state && state === 'good') return
  status.dataset.state = state
  status.textContent = text
}
