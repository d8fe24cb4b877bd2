# Fits BG/NBD with lifetimes on the rows x,t_x,T of a CSV file: all of them, and
# distinct ones with weights. Prints one line of JSON. See TestPeer.
import json, sys, time, warnings
import pandas as pd
from lifetimes import BetaGeoFitter

warnings.filterwarnings("ignore")
rows = pd.read_csv(sys.argv[1])

def fitted(data, weights=None):
    start = time.perf_counter()
    f = BetaGeoFitter(penalizer_coef=0.0).fit(data["x"], data["t_x"], data["T"], weights=weights)
    return time.perf_counter() - start, {k: float(f.params_[k]) for k in ("r", "alpha", "a", "b")}

start = time.perf_counter()
distinct = rows.groupby(["x", "t_x", "T"]).size().reset_index(name="n")
counted = time.perf_counter() - start
all_s, params = fitted(rows)
distinct_s, _ = fitted(distinct, distinct["n"])
print(json.dumps({"rows": len(rows), "distinct": len(distinct), "all": all_s, "distinctAll": counted + distinct_s, "params": params}))
