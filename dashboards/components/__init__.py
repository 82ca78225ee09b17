"""Parts shared by the pages: frame, charts, tables, exports, states, wording."""
