/**
 * The step player: plays all charts of a page together, inside the browser.
 *
 * A chart joins in by binding a Vega parameter to a range input. Vega then adds a small slider to the chart.
 * The player writes the current frame into these sliders, which player.css hides, and Vega redraws. Nothing
 * is ever sent to the server.
 *
 * Streamlit calls the default export when the component appears and again at every rerun of the script, and
 * the function it returns when the component goes. What must outlive a rerun is kept in a Player, one per
 * root element.
 *
 * @typedef {{label: string, value: number}} Choice
 *
 * @typedef {object} Settings what `settings()` in __init__.py returns
 * @property {number} last the last frame; the first one is 0
 * @property {string} run names what is shown: a new name begins afresh
 * @property {number} start the frame at which a new run is shown
 * @property {string} unit what the frames count, in the plural
 * @property {?number} perEpoch frames per epoch
 * @property {Choice[]} strides distances of next and previous, in frames
 * @property {number} stride index of the first choice among them
 * @property {Choice[]} speeds in frames per second
 * @property {number} speed index of the first choice among them
 * @property {boolean} autoplay whether a new run plays by itself, once
 * @property {boolean} compact whether only play, slider and readout are shown
 * @property {string} param the name of the charts' parameter
 */

/** How long no further chart may appear, in milliseconds, before a run plays by itself. */
const CHARTS_SETTLE = 250

/** Keys inside the player. Space also works on the page's buttons, selects keep their own keys. */
const KEYS_INSIDE = {
  " ": (player) => player.toggle(),
  ArrowLeft: (player, event) => player.step(-1, event.shiftKey ? 1 : player.stride),
  ArrowRight: (player, event) => player.step(+1, event.shiftKey ? 1 : player.stride),
  Home: (player) => player.goTo(0),
  End: (player) => player.goTo(player.settings.last),
}

/** Keys anywhere on the page. Page Up and Page Down are what a presenter's clicker sends. */
const KEYS_ANYWHERE = {
  k: (player) => player.toggle(),
  PageUp: (player) => player.step(-1),
  PageDown: (player) => player.step(+1),
}

const BUTTONS = {
  first: (player) => player.goTo(0),
  previous: (player) => player.step(-1),
  toggle: (player) => player.toggle(),
  next: (player) => player.step(+1),
  last: (player) => player.goTo(player.settings.last),
}

const TYPING = "input:not([type=range], [type=checkbox], [type=radio], [type=button]), textarea, select, [contenteditable]"
const TAKES_LETTERS = `${TYPING}, input[type=range], [role=slider], [role=dialog], [data-testid=stPopoverBody]`

const grouped = new Intl.NumberFormat("en")

/** The players now on the page, by their root elements. @type {Map<Element, Player>} */
const players = new Map()

/**
 * @param {{data: Settings, parentElement: HTMLElement}} component
 * @returns {() => void} the cleanup
 */
export default function mount({ data, parentElement }) {
  const root = parentElement.querySelector(".gd-player")
  const player = players.get(root) ?? new Player(root)
  player.show(data)

  // Of two calls in quick succession Streamlit may clean up the first one after making the second.
  const call = ++player.calls
  return () => {
    if (call === player.calls) player.close()
  }
}

class Player {
  calls = 0
  lastUsed = 0 // when somebody last used this player, of several on the page

  /** @type {?Settings} */
  settings = null
  position = 0 // the frame, with a fraction while playing
  pushed = -1 // the frame the charts were last given

  isPlaying = false
  playsWhenReady = false // an autoplay waits for the charts
  settling = 0 // its timer
  autoplayed = new Set() // runs that have played by themselves

  request = 0 // the animation frame asked for
  drawnAt = null // time of the last animation frame while playing

  constructor(root) {
    players.set(root, this)
    this.root = root
    this.slider = root.querySelector(".gd-player-slider")
    this.readout = root.querySelector(".gd-player-readout")
    this.toggleButton = root.querySelector("[data-action=toggle]")
    this.strideSelect = root.querySelector("[data-choice=stride]")
    this.speedSelect = root.querySelector("[data-choice=speed]")
    this.texts = textsIn(root)
    this.listen()
  }

  listen() {
    this.closing = new AbortController()
    const { signal } = this.closing
    this.root.addEventListener("click", (event) => this.onClick(event), { signal })
    this.root.addEventListener("keydown", (event) => this.onKeyInside(event), { signal })
    this.root.addEventListener("focusin", () => this.noteUse(), { signal })
    this.slider.addEventListener("pointerdown", () => this.pause(), { signal })
    this.slider.addEventListener("input", () => this.goTo(this.slider.valueAsNumber), { signal })
    // A focused slider elsewhere would swallow a clicker's keys: look at them on their way down.
    window.addEventListener("keydown", (event) => this.onKeyAnywhere(event), { signal, capture: true })
    // A hidden tab is not drawn. Without this the run would jump ahead when the tab is shown again.
    document.addEventListener("visibilitychange", () => (this.drawnAt = null), { signal })

    this.observer = new MutationObserver((records) => this.onMutations(records))
    this.observer.observe(document.body, { childList: true, subtree: true })
  }

  close() {
    this.pause()
    cancelAnimationFrame(this.request)
    this.observer.disconnect()
    this.closing.abort()
    players.delete(this.root)
  }

  // ---- what the script says

  /** @param {Settings} settings */
  show(settings) {
    const isNewRun = settings.run !== this.settings?.run
    this.settings = settings
    this.sliderSelector = `form.vega-bindings input[name="${settings.param}"]`

    this.root.classList.toggle("gd-player-compact", settings.compact)
    this.root.classList.toggle("gd-player-epochs", settings.perEpoch !== null)
    this.slider.max = settings.last
    reserve(this.texts.frame, grouped.format(settings.last))
    this.texts.total.textContent = ` of ${grouped.format(settings.last)}`
    this.texts.unit.textContent = ` ${settings.unit}`
    if (settings.perEpoch) reserve(this.texts.epoch, this.epochAt(settings.last))
    offer(this.strideSelect, settings.strides, settings.stride)
    offer(this.speedSelect, settings.speeds, settings.speed)

    this.pushed = -1 // charts or their data may be new
    if (isNewRun) this.begin()
    else this.moveTo(this.position)
  }

  begin() {
    const { run, start, last, autoplay } = this.settings
    this.pause()
    if (!autoplay || this.autoplayed.has(run)) return this.moveTo(start)
    this.autoplayed.add(run)
    if (prefersStillness()) return this.moveTo(last)
    this.moveTo(0)
    this.playsWhenReady = true
    if (this.chartSliders().length > 0) this.playSoon()
  }

  /** Starts an autoplay once no more charts appear. */
  playSoon() {
    clearTimeout(this.settling)
    this.settling = setTimeout(() => this.play(), CHARTS_SETTLE)
  }

  // ---- what people do

  /** @param {MouseEvent} event */
  onClick(event) {
    this.noteUse()
    const button = event.target.closest("[data-action]")
    if (button) BUTTONS[button.dataset.action](this)
  }

  /** @param {KeyboardEvent} event */
  onKeyInside(event) {
    if (event.target.matches("select")) return
    if (event.key === " " && event.target.matches("button")) return // presses that button
    this.answer(KEYS_INSIDE, event)
  }

  /** @param {KeyboardEvent} event */
  onKeyAnywhere(event) {
    const isTaken = event.target.matches?.(TYPING) || (event.key === "k" && this.isLetterTaken(event.target))
    if (!isTaken && this === playerInCharge()) this.answer(KEYS_ANYWHERE, event)
  }

  isLetterTaken(target) {
    return target !== this.slider && target.closest?.(TAKES_LETTERS) !== null
  }

  /**
   * @param {Record<string, (player: Player, event: KeyboardEvent) => void>} keys
   * @param {KeyboardEvent} event
   */
  answer(keys, event) {
    const act = keys[event.key]
    if (!act || event.ctrlKey || event.altKey || event.metaKey) return
    event.preventDefault()
    event.stopPropagation()
    act(this, event)
  }

  noteUse() {
    this.lastUsed = performance.now()
  }

  // ---- moving

  get frame() {
    return Math.floor(this.position)
  }

  get stride() {
    return Number(this.strideSelect.value)
  }

  /** Goes to a frame and stays there. */
  goTo(frame) {
    this.pause()
    this.moveTo(frame)
  }

  /** Goes to the next (+1) or the previous (-1) multiple of the stride. */
  step(direction, stride = this.stride) {
    const count = direction > 0 ? Math.floor(this.frame / stride) + 1 : Math.ceil(this.frame / stride) - 1
    this.goTo(count * stride)
  }

  moveTo(position) {
    this.position = Math.min(Math.max(position, 0), this.settings.last)
    this.requestDraw()
  }

  toggle() {
    if (this.isPlaying) this.pause()
    else this.play()
  }

  play() {
    if (this.frame >= this.settings.last) this.moveTo(0)
    this.drawnAt = null
    this.setPlaying(true)
    this.requestDraw()
  }

  pause() {
    this.position = this.frame
    this.setPlaying(false)
  }

  setPlaying(isPlaying) {
    clearTimeout(this.settling)
    this.playsWhenReady = false
    this.isPlaying = isPlaying
    this.root.classList.toggle("gd-player-playing", isPlaying)
    this.toggleButton.setAttribute("aria-label", isPlaying ? "Pause" : "Play")
  }

  // ---- drawing

  /** However often a frame is asked for, the charts redraw at most once per animation frame. */
  requestDraw() {
    this.request ||= requestAnimationFrame((now) => this.draw(now))
  }

  draw(now) {
    this.request = 0
    if (this.isPlaying) this.advance(now)
    if (this.frame !== this.pushed) this.push()
    if (this.isPlaying) this.requestDraw()
  }

  /** Moves by the time that has passed, so that a slow machine skips frames and keeps the pace. */
  advance(now) {
    const seconds = this.drawnAt === null ? 0 : (now - this.drawnAt) / 1000
    this.drawnAt = now
    this.position = Math.min(this.position + seconds * Number(this.speedSelect.value), this.settings.last)
    if (this.frame >= this.settings.last) this.pause()
  }

  push() {
    this.pushed = this.frame
    this.describe()
    for (const slider of this.chartSliders()) this.give(slider)
  }

  describe() {
    const { last, unit, perEpoch } = this.settings
    const frame = grouped.format(this.frame)
    const epoch = perEpoch ? this.epochAt(this.frame) : ""
    const counted = `${frame} of ${grouped.format(last)} ${unit}`

    this.slider.value = this.frame
    this.slider.style.setProperty("--gd-player-at", last ? this.frame / last : 1)
    this.slider.setAttribute("aria-valuetext", perEpoch ? `${counted}, epoch ${epoch}` : counted)
    // Spoken after a step by button; the slider speaks for itself, and playback would never fall silent.
    const isSpoken = !this.isPlaying && document.activeElement !== this.slider
    this.readout.setAttribute("aria-live", isSpoken ? "polite" : "off")
    this.texts.frame.textContent = frame
    this.texts.epoch.textContent = epoch
  }

  epochAt(frame) {
    return (frame / this.settings.perEpoch).toFixed(2)
  }

  // ---- the charts

  chartSliders() {
    return document.querySelectorAll(this.sliderSelector)
  }

  /** Gives a chart the current frame through its own slider. */
  give(slider) {
    slider.max = this.settings.last // charts are built for any run, and a range input clamps
    slider.value = this.frame
    slider.dispatchEvent(new Event("input"))
  }

  /** Charts may appear later than the player, and a rerun may build one anew. */
  onMutations(records) {
    const added = records.flatMap(({ addedNodes }) => [...addedNodes])
    const sliders = added.flatMap((node) => this.slidersIn(node))
    sliders.forEach((slider) => this.give(slider))
    if (sliders.length > 0 && this.playsWhenReady) this.playSoon()
  }

  slidersIn(node) {
    if (node.nodeType !== Node.ELEMENT_NODE) return []
    return node.matches(this.sliderSelector) ? [node] : [...node.querySelectorAll(this.sliderSelector)]
  }
}

/** The player that answers keys pressed elsewhere: of those in view the one used last, else the first. */
function playerInCharge() {
  const inView = [...document.querySelectorAll(".gd-player")].filter(isInView)
  const ready = inView.map((root) => players.get(root)).filter(Boolean)
  return ready.sort((a, b) => b.lastUsed - a.lastUsed)[0]
}

function isInView(element) {
  const { top, bottom, height } = element.getBoundingClientRect()
  return height > 0 && bottom > 0 && top < window.innerHeight
}

function prefersStillness() {
  return window.matchMedia("(prefers-reduced-motion: reduce)").matches
}

/** The changing parts of the readout, by the names player.html gives them. */
function textsIn(root) {
  const elements = [...root.querySelectorAll("[data-text]")]
  return Object.fromEntries(elements.map((element) => [element.dataset.text, element]))
}

/**
 * Fills a select. A choice somebody made stays: the option of the same label, or else of the same place.
 *
 * @param {HTMLSelectElement} select
 * @param {Choice[]} choices
 * @param {number} first the index chosen at the beginning
 */
function offer(select, choices, first) {
  const options = choices.map(({ label, value }) => new Option(label, value))
  const isUnchanged = select.length === options.length && options.every((option, i) => option.isEqualNode(select[i]))
  if (isUnchanged) return // replacing them would close an open list

  const { selectedIndex } = select
  const chosen = select.selectedOptions[0]?.label
  const same = choices.findIndex(({ label }) => label === chosen)
  const place = selectedIndex < 0 ? first : Math.min(selectedIndex, choices.length - 1)
  select.replaceChildren(...options)
  select.selectedIndex = same < 0 ? place : same
}

/** Gives a text the room of the longest number it will show, so that its neighbours stand still. */
function reserve(element, longest) {
  element.style.setProperty("--gd-player-room", `${longest.length}ch`)
}
