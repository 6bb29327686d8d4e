package assets

import "embed"

const trayForm = ".ico"

//go:embed tray/*.ico
var tray embed.FS
