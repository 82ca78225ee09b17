"""术语: every word the pages use in a sense of their own."""

from __future__ import annotations

import streamlit as st

from dashboards.components.wording import GLOSSARY

st.header("术语：页面上的词是什么意思")
wanted = st.text_input("查找", placeholder="输入词的一部分")
rows = [(term, text) for term, text in GLOSSARY.items() if wanted in term or wanted in text]
if not rows:
    st.info(f"没有含“{wanted}”的术语。换一个词，或清空查找。")
for term, text in rows:
    st.markdown(f"**{term}**")
    st.write(text)
