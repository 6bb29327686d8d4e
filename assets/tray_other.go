//go:build !windows

package assets

import "embed"

const trayForm = ".png"

//go:embed tray/*.png
var tray embed.FS
