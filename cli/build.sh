# cli/build.sh - the Debian packages that building, running and testing need, and building: sourced
# by ./run. Uses from ./run: HERE, is_root, say, die.

PACKAGES_TO_RUN='
command:gcc gcc
/usr/include/stdio.h libc6-dev
command:cmake cmake
command:ninja ninja-build
command:pkg-config pkg-config
/usr/include/fcgiapp.h libfcgi-dev
/usr/include/postgresql/libpq-fe.h libpq-dev
/usr/include/json-c/json.h libjson-c-dev
/usr/include/sodium.h libsodium-dev
/usr/include/unicode/uspoof.h libicu-dev
/usr/include/libpsl.h libpsl-dev
/usr/include/png.h libpng-dev
/usr/include/turbojpeg.h libturbojpeg0-dev
/usr/include/gif_lib.h libgif-dev
/usr/include/webp/demux.h libwebp-dev
/usr/lib/postgresql/*/bin/initdb postgresql
command:nginx nginx
/usr/lib/nginx/modules/ngx_http_brotli_filter_module.so libnginx-mod-http-brotli-filter
command:openssl openssl
command:curl curl'

PACKAGES_TO_TEST='
/usr/include/cmocka.h libcmocka-dev
command:node nodejs
command:npm npm
command:msgfmt gettext
command:systemd-analyze systemd
command:strace strace
command:faketime faketime
command:chromium chromium
/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf fonts-dejavu-core
command:clang-format clang-format
command:clang-tidy clang-tidy'

PACKAGES_TO_BENCH='
command:wrk wrk'

# -- each line above: what must exist, and the package that brings it

# The packages of the table $1 that are missing.
missing_packages() {
    local need package
    while read -r need package; do
        case $need in
        '') ;;
        command:*) command -v "${need#command:}" >/dev/null || echo "$package" ;;
        *) compgen -G "$need" >/dev/null || echo "$package" ;;
        esac
    done <<<"$1"
}

install_packages() {
    local missing as=()
    missing=$(missing_packages "$1" | tr '\n' ' ')
    [ -n "$missing" ] || return 0
    command -v apt-get >/dev/null || die "these Debian packages are missing: $missing"
    if ! is_root; then
        sudo -n true 2>/dev/null || [ -t 0 ] && command -v sudo >/dev/null ||
            die "not root and no sudo here: ask for these Debian packages: $missing"
        as=(sudo)
    fi
    say "installing $missing"
    "${as[@]}" apt-get update -qq >&2 || die "apt-get update failed; it says why above"
    if [[ $missing == *postgresql\ * ]]; then
        without_main_cluster
    fi
    # shellcheck disable=SC2086
    "${as[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        $missing >"${TMPDIR:-/tmp}/sitaminter-apt-$(id -u).log" 2>&1 || {
        tail -n 5 "${TMPDIR:-/tmp}/sitaminter-apt-$(id -u).log" >&2
        die "apt-get could not install $missing (see above)"
    }
    if [[ $missing == *nginx\ * ]]; then
        stop_packaged_nginx
    fi
}

# Debian's packages start a server each; ./run has its own and leaves ports 80 and 5432 alone.
without_main_cluster() {
    local file=/etc/postgresql-common/createcluster.conf
    "${as[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        postgresql-common >/dev/null 2>&1 || return 0
    "${as[@]}" sed -i 's/^#create_main_cluster = true/create_main_cluster = false/' "$file"
}

stop_packaged_nginx() {
    if [ -d /run/systemd/system ]; then
        "${as[@]}" systemctl disable --now nginx >/dev/null 2>&1 || true
    else
        "${as[@]}" service nginx stop >/dev/null 2>&1 || true
    fi
}

# $1 preset, the rest for cmake. One at a time per checkout.
build() {
    local preset=$1 log
    shift
    mkdir -p "$HERE/build" 2>/dev/null && [ -w "$HERE/build" ] ||
        die "cannot write in $HERE/build, which belongs to $(stat -c %U "$HERE/build" 2>/dev/null || echo nobody): run as that user, or remove it"
    log=$HERE/build/$preset.log
    say "building ($preset)"
    (
        flock 8
        cd "$HERE"
        cmake --preset "$preset" "$@" && cmake --build --preset "$preset"
    ) 8>"$HERE/build/lock" >"$log" 2>&1 || {
        grep -aE 'error|FAILED|undefined reference|No space' "$log" | head -n 20 >&2 || tail -n 20 "$log" >&2
        die "the build failed; $log has all of it"
    }
}

# Node modules of the tests, exactly as locked.
test_modules() {
    local lock=$HERE/tests/package-lock.json done=$HERE/tests/node_modules/.installed
    if [ -e "$lock" ] && ! cmp -s "$lock" "$done"; then
        say "installing the modules of the tests"
        (cd "$HERE/tests" && PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --no-audit --no-fund --silent) ||
            die "npm could not install the modules of tests/package-lock.json"
        cp "$lock" "$done"
    fi
}
