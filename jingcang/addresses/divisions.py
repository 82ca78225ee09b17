class DivisionIndex: pass
def division_index(): return None
