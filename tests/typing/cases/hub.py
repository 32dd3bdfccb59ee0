"""Locks, the cache and who one is on the hub."""

from pathlib import Path
from typing import assert_type

import hfkit

lock = hfkit.lock("hfkit.lock", models=["org/name"], datasets=["org/data@v1"])
assert_type(lock, hfkit.Lock)
assert_type(lock.path, Path)
assert_type(lock.repositories, tuple[hfkit.LockedRepository, ...])
assert_type(lock.verify(), hfkit.LockReport)
assert_type(hfkit.Lock.read(Path("hfkit.lock")), hfkit.Lock)
assert_type(hfkit.Table.load("org/data", lock="hfkit.lock"), hfkit.Table)

report = hfkit.cache()
assert_type(report, hfkit.CacheReport)
assert_type(report.of("org/name"), tuple[hfkit.CachedItem, ...])
assert_type(report.verify(), hfkit.CacheCheck)
plan = report.plan_prune(unused_days=30, most_bytes=10**9, lock=lock, names=["org/name"])
assert_type(plan, hfkit.PrunePlan)
assert_type(plan.execute(), hfkit.CacheReport)

assert_type(hfkit.login(token=None), hfkit.Account)
assert_type(hfkit.whoami(), hfkit.Account)
