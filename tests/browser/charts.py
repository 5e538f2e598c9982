"""What a chart shows, whether it is drawn on a canvas or as SVG."""

SHAPES = """() => [...document.querySelectorAll('[data-testid=stVegaLiteChart]')].map(chart => {
  const canvas = chart.querySelector('canvas')
  if (canvas) {
    if (!canvas.width) return 0
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
    return new Set(new Uint32Array(data.buffer)).size
  }
  const marks = chart.querySelectorAll('svg.marks :is(.role-mark path, .role-mark line, .role-mark text)')
  return [...marks].filter(mark => {
    const { width, height } = mark.getBBox()
    return (width > 0 || height > 0) && mark.getAttribute('opacity') !== '0'
  }).length * 5
})"""
"""Of every chart on the page, how much is in it: different colours of a canvas, five for each mark of an SVG.

A blank chart, or one with nothing but its axes, has less than 20.
"""

INK = """() => [...document.querySelectorAll('[data-testid=stVegaLiteChart] svg.marks text')].map(text => {
  const [red, green, blue] = getComputedStyle(text).fill.match(/[0-9.]+/g).map(Number)
  return (red + green + blue) / 765
})"""
"""The lightness, 0 to 1, of every text of the charts drawn as SVG."""
