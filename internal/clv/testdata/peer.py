# Fits BG/NBD with lifetimes on the rows x,t_x,T of a CSV file: all of them, once,
# and distinct ones with weights, the best of three. Prints one line of JSON. See
# TestPeer.
import json, sys, time, warnings
import pandas as pd
from lifetimes import BetaGeoFitter

warnings.filterwarnings("ignore")
rows = pd.read_csv(sys.argv[1])

def fitted(data, weights=None):
    start = time.perf_counter()
    f = BetaGeoFitter(penalizer_coef=0.0).fit(data["x"], data["t_x"], data["T"], weights=weights)
    return time.perf_counter() - start, {k: float(f.params_[k]) for k in ("r", "alpha", "a", "b")}

def counted():
    start = time.perf_counter()
    d = rows.groupby(["x", "t_x", "T"]).size().reset_index(name="n")
    return time.perf_counter() - start, d

counting, distinct = min((counted() for _ in range(3)), key=lambda c: c[0])
weighted = min(fitted(distinct, distinct["n"])[0] for _ in range(3))
all_s, params = fitted(rows)
print(json.dumps({"rows": len(rows), "distinct": len(distinct), "all": all_s, "counting": counting, "weighted": weighted, "params": params}))
