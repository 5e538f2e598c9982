"""A presenter's clicker: Page Down and Page Up press the page's own next and previous buttons.

A clicker sends these two keys. A focused slider would swallow them, so they are caught on their way down.
"""

import streamlit as st

_CLICKER = st.components.v2.component(
    "gd_clicker",
    html="<i hidden></i>",
    js="""
const BUSY = "textarea, [role=dialog], [role=listbox], [data-testid=stPopoverBody]"

export default function mount({ data }) {
  const press = (event) => {
    const key = data[event.key]
    if (!key || event.ctrlKey || event.altKey || event.metaKey || event.target.closest?.(BUSY)) return
    event.preventDefault()
    event.stopImmediatePropagation()
    const button = document.querySelector(`.st-key-${key} button`)
    if (button && !button.disabled && !event.repeat) button.click()
  }
  window.addEventListener("keydown", press, true)
  return () => window.removeEventListener("keydown", press, true)
}
""",
)


def clicker(previous: str, following: str) -> None:
    """Let Page Up press the button with the key `previous`, and Page Down the one with the key `following`."""
    _CLICKER(key="clicker", data={"PageUp": previous, "PageDown": following})
