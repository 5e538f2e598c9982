"""The lab's user interface: everything that knows Streamlit, pandas or Altair."""
