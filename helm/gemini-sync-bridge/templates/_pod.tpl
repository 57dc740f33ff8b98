{{- /* What every pod of the chart has. */ -}}
{{- define "bridge.podSecurity" -}}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  runAsUser: {{ int64 .Values.user }}
  runAsGroup: {{ int64 .Values.user }}
  fsGroup: {{ int64 .Values.user }}
  seccompProfile:
    type: RuntimeDefault
{{- with .Values.imagePullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- end -}}

{{- define "bridge.containerSecurity" -}}
securityContext:
  allowPrivilegeEscalation: false
  privileged: false
  readOnlyRootFilesystem: true
  capabilities:
    drop: [ALL]
{{- end -}}

{{- define "bridge.placement" -}}
{{- with .nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- end -}}

{{- define "bridge.containerImage" -}}
image: {{ include "bridge.image" . }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
workingDir: /workspace
# A run that fails says why in its last lines, which Kubernetes then shows with the container.
terminationMessagePolicy: FallbackToLogsOnError
{{- end -}}

{{- /* Plain variables. Arguments: root, and own, which takes precedence. */ -}}
{{- define "bridge.plainEnv" -}}
{{- range $name, $value := mergeOverwrite (dict "LOG_FORMAT" "json") .root.Values.env (default dict .own) }}
- name: {{ $name }}
  value: {{ $value | quote }}
{{- end }}
{{- end -}}

{{- define "bridge.volumeMounts" -}}
volumeMounts:
  - name: tmp
    mountPath: /tmp
  {{- if include "bridge.definitionsVolume" . }}
  - name: definitions
    mountPath: /workspace/connectors
    readOnly: true
  {{- end }}
  {{- with .Values.extraVolumeMounts }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end -}}

{{- define "bridge.volumes" -}}
volumes:
  - name: tmp
    emptyDir:
      sizeLimit: {{ .Values.tmpSizeLimit }}
  {{- with include "bridge.definitionsVolume" . }}
  - name: definitions
    {{- . | nindent 4 }}
  {{- end }}
  {{- with .Values.extraVolumes }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end -}}

{{- /* The volume with the files of definitions; empty if they are in the image. */ -}}
{{- define "bridge.definitionsVolume" -}}
{{- with .Values.connectors -}}
{{- $given := list -}}
{{- if .configMap }}{{ $given = append $given "connectors.configMap" }}{{ end -}}
{{- if .files }}{{ $given = append $given "connectors.files" }}{{ end -}}
{{- if .volume }}{{ $given = append $given "connectors.volume" }}{{ end -}}
{{- if gt (len $given) 1 -}}
{{- fail (printf "%s are set, but the definitions can have one place only. Keep one of them." (join " and " $given)) -}}
{{- end -}}
{{- if .configMap -}}
configMap:
  name: {{ .configMap }}
{{- else if .files -}}
configMap:
  name: {{ include "bridge.fullname" $ }}-connectors
{{- else if .volume -}}
{{- toYaml .volume -}}
{{- end -}}
{{- end -}}
{{- end -}}
