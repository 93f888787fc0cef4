# Read by the other scripts: makes .venv as the lock files say. Plain POSIX sh.
# After it: $here (the repository), $python (the interpreter of .venv).

here=$(cd "$(dirname "$0")/.." && pwd)
venv=$here/.venv
python=$venv/bin/python

say() { echo "$*" >&2; }

# A Python from 3.11 on, from PATH.
find_python() {
	for name in ${CHANGLE_PYTHON:-python3.13 python3.12 python3.11 python3.14 python3 python}; do
		if command -v "$name" >/dev/null 2>&1 &&
			"$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
			command -v "$name"
			return 0
		fi
	done
	say "没有找到 Python 3.11 或更新的版本。请先安装，例如：apt install python3 python3-venv"
	say "No Python 3.11 or newer was found. Install one, for instance: apt install python3 python3-venv"
	return 1
}

make_venv() {
	"$python" -c '' >/dev/null 2>&1 && return 0
	base=$(find_python) || exit 1
	if ! "$base" -c 'import venv, ensurepip' >/dev/null 2>&1; then
		say "这台机器的 Python 缺少 venv 模块。请先安装：apt install python3-venv"
		say "This Python lacks the venv module. Install it: apt install python3-venv"
		exit 1
	fi
	say "建立 Python 环境 / making the Python environment: .venv"
	"$base" -m venv --clear "$venv" || {
		say "不能在 $here 建立 .venv（磁盘已满，或没有写入权限？）"
		say "Cannot make .venv in $here (disk full, or no right to write?)"
		exit 1
	}
}

# ready LOCK…: installs what the lock files name, only when they have changed since the last time.
ready() {
	make_venv
	for lock in "$@"; do
		sum=$(cksum <"$here/$lock")
		stamp=$venv/.$lock.installed
		[ -f "$stamp" ] && [ "$(cat "$stamp")" = "$sum" ] && continue
		"$python" -m pip --version >/dev/null 2>&1 || "$python" -m ensurepip >/dev/null
		say "安装依赖，约一两分钟 / installing packages, a minute or two: $lock"
		"$python" -m pip install --quiet --disable-pip-version-check --no-input \
			--require-hashes -r "$here/$lock" >&2 || {
			say "依赖没有装成。请检查网络或软件源（pip config list），再运行一次。"
			say "The packages could not be installed. Check the network or the package index, then run again."
			exit 1
		}
		echo "$sum" >"$stamp"
	done
}

# The package is not installed, so that the tree is what runs, from any folder.
PYTHONPATH=$here${PYTHONPATH:+:$PYTHONPATH}
export PYTHONPATH
